// SPDX-License-Identifier: Apache-2.0
// Inside the cache: its rows, and the statements on them.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/hash.h"
#include "scotoma/core/sqlite.h"

namespace scotoma {

/// Of one row: the first eight bytes of SHA-256 over all that it says. The name and the input are in it, so that an
/// answer whose key was damaged does not become that of another question.
inline std::int64_t sum_of_row(std::string_view fingerprint, std::string_view input, std::string_view value) {
  const auto digest = Hasher().field(fingerprint).field(input).field(value).digest();
  std::int64_t sum = 0;
  std::memcpy(&sum, digest.data(), sizeof sum);
  return sum;
}

/// Of a person's answers, in the order of their inputs.
inline std::string tally_of(std::span<const Answer> answers) {
  Hasher hasher;
  for (const Answer& answer : answers) hasher.field(answer.input).field(answer.value);
  return hasher.hex();
}

struct AnswerCache::Statements {
  Statement find;
  Statement store;
  Statement all;
  Statement remove;
  Statement count;
};

/// A person's answers as they stand in the file.
struct AnswerCache::Persons {
  std::vector<Answer> whole;         ///< without the tally
  std::vector<std::string> damaged;  ///< inputs of rows that do not fit their checksums
  std::string tally;                 ///< empty: none is there, or a damaged one
  bool complete() const { return damaged.empty() && tally == tally_of(whole); }
};

}  // namespace scotoma
