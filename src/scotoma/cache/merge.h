// SPDX-License-Identifier: Apache-2.0
// What one cache knows, put into another: answers that several machines gave for one study.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// Of a question to which both caches have an answer, and not the same: by a model of the same fingerprint, or by a
/// person.
enum class OnConflict { refuse, keep, replace };

/// What became of the rows of one cache; each is counted once.
struct Merged {
  std::size_t added = 0;          ///< answers of models, less `images`
  std::size_t images = 0;         ///< answers of generators that were added, with their images
  std::size_t persons = 0;        ///< answers of persons that were added
  std::size_t known = 0;          ///< there already, with the same answer
  std::size_t kept = 0;           ///< conflicts in which what was there stays
  std::size_t replaced = 0;       ///< conflicts in which what came stands
  std::size_t damaged = 0;        ///< rows that do not fit their checksums: left out
  std::size_t without_image = 0;  ///< rows that name an image which is nowhere: left out
  bool persons_lost = false;      ///< answers of a person are damaged or lost in the cache that was read

  bool nothing_new() const { return added + images + persons + replaced == 0; }
  bool operator==(const Merged&) const = default;
};

/// Puts all rows of `from`, and the images that they name, into `into`. Images come before the rows that name them, and
/// rows in transactions: killed at any time, the same call does what is left. To merge again changes nothing, and in
/// which order caches are merged does not matter where none disagree. What runs remember beside answers stays as it is
/// where it is there. Errors: bad_input for conflicts that are refused, before anything is written; failed where
/// answers of a person are damaged or lost in `into`, which is reported once (AnswerCache::persons); those of the
/// caches; interrupted between two transactions.
Result<Merged> merge_cache(const AnswerCache& from, AnswerCache& into, OnConflict on_conflict,
                           const CancelToken& cancel);

}  // namespace scotoma
