// SPDX-License-Identifier: Apache-2.0
// Where answers are remembered: SQLite (answer_cache.h), or a database that many machines share.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "scotoma/core/result.h"

namespace scotoma {

/// One answer: `input` is a hash or a short key, `value` any bytes.
struct Answer {
  std::string input;
  std::string value;
};

/// Safe to use from several threads.
class AnswerStore {
 public:
  virtual ~AnswerStore() = default;

  /// The remembered value, or nothing.
  virtual Result<std::optional<std::string>> find(const std::string& fingerprint, const std::string& input) const = 0;

  /// Remembers answers, all or none; one that is there already is replaced. Errors: failed when there is no room.
  virtual Result<void> store(const std::string& fingerprint, std::span<const Answer> answers) = 0;
};

}  // namespace scotoma
