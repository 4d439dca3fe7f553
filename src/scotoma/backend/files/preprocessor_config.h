// SPDX-License-Identifier: Apache-2.0
// HuggingFace's preprocessor_config.json as our Preprocessing.
#pragma once

#include <filesystem>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The preprocessing that a HuggingFace preprocessor_config.json asks for or, where that is not there, the
/// processor_config.json beside it (transformers 5). Errors: bad_input for what it cannot
/// express.
Result<Preprocessing> read_preprocessor_config(const std::filesystem::path& path);

}  // namespace scotoma
