// SPDX-License-Identifier: Apache-2.0
// A person's answers in the cache: rows beside those of the models, under a name instead of a fingerprint.
#pragma once

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/result.h"
#include "scotoma/finding/review.h"

namespace scotoma {

/// All of them, in one pass over these rows alone. Errors: those of the cache, which reports once where
/// some are damaged or lost; bad_input where a row is neither yes
/// nor no.
Result<Reviews> read_reviews(const AnswerCache& cache);

/// Remembers answers, all or none; a later answer to the same question replaces the earlier one. Errors: those of
/// AnswerCache::store.
Result<void> store_reviews(AnswerCache& cache, const Reviews& answers);

}  // namespace scotoma
