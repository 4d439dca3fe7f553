// SPDX-License-Identifier: Apache-2.0
// Which files of a user's disk a checkpoint is made of. Names nothing of the library.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct CheckpointFile {
  std::string key;  ///< of [generator.sdcpp]: "vae"
  std::filesystem::path path;
};

/// The files that the library reads for these options, in the order of the keys; of a diffusers folder those that it
/// looks for. Errors: bad_input, naming the path and what to give instead, where one is missing, or where a folder has
/// no U-Net in a file of the one name that the library knows.
Result<std::vector<CheckpointFile>> checkpoint_files(const GeneratorOptions& options);

/// What messages and descriptions call the checkpoint: `model`, else `diffusion_model`.
const std::filesystem::path& checkpoint_name(const GeneratorOptions& options);

}  // namespace scotoma
