// SPDX-License-Identifier: Apache-2.0
// Models that a cache has answers of, and so need not be loaded before one of them is asked something new.
#pragma once

#include <string>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/result.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct RememberedModels {
  Models models;
  std::string note = {};  ///< a sentence where the cache has more answers of them from other processors than from ours
};

/// The study's models. Where the cache remembers who they are, by a hash of their files (backend/model_files.h) and of
/// all that the study asks for of them, they are loaded when the first of them is asked; else at once, and the cache
/// remembers them. Errors: those of load_models() and of the cache.
Result<RememberedModels> remembered_or_loaded(const Study& study, AnswerCache& cache);

/// A sentence for each set of models whose answers in the cache were given on several processors: a run uses those of
/// its own alone. Errors: those of the cache.
Result<std::vector<std::string>> notes_of_processors(const AnswerCache& cache);

}  // namespace scotoma
