// SPDX-License-Identifier: Apache-2.0
// Text to image by stable-diffusion.cpp: checkpoints as they are downloaded, on what the library was built for (CPU,
// CUDA, Vulkan, Metal). The library is optional when Scotoma is built; this header names nothing of it.
#pragma once

#include <memory>
#include <string>

#include "scotoma/core/result.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What the checkpoint runs on.
struct SdcppHost {
  int threads = 1;                     ///< above 0
  std::string processor;               ///< its full name: others may give other bits
  std::shared_ptr<LoadTrial> trial{};  ///< as EngineOptions has it
};

/// An image is a function of prompt and seed, alone and in company: its seed in the library is the request's without
/// the highest bit, since the library takes a negative one for "any". One image is generated at a time, on all
/// threads; a run is cancelled between images, since the library cannot be stopped within one. Errors: bad_input naming
/// the file or option and what to do: where a file is missing or not read, where the library refuses the model or
/// crashes on it in the trial, and where this program was built without the library.
Result<std::unique_ptr<Generator>> load_sdcpp_generator(const GeneratorOptions& options, const SdcppHost& host);

/// Loads the checkpoint and generates one image in one step: for a process of its own. The library ends the process
/// where weights, sizes or options do not fit in ways that it does not expect. Errors: as above.
Result<void> try_sdcpp_generator(const GeneratorOptions& options, int threads);

}  // namespace scotoma
