// SPDX-License-Identifier: Apache-2.0
// Whether the models of a study are still those that were loaded before, without loading them.
#pragma once

#include <string>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// `hash`: of all that loading the study's models reads, and of what reads it: the bytes of every file in their folders
/// or, where a model is one file, of that file, its weights and what is written about it beside it; the class names;
/// the engine, its tokenizers and our own code. Two studies that ask for the same (models_asked_for() in
/// record/study_json.h) and have the same hash and processor load models of the same fingerprints.
struct ModelFiles {
  std::string hash;
  std::string processor;  ///< Engine::processor
};

/// Errors: bad_input where a file is missing or cannot be read, and for backends whose files are not known here:
/// loading says what is wrong, if anything is.
Result<ModelFiles> model_files(const Study& study);

}  // namespace scotoma
