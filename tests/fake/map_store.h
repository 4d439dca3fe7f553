// SPDX-License-Identifier: Apache-2.0
// Answers in memory: what the cache is tested against.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "scotoma/cache/store.h"

namespace scotoma::fake {

class MapStore : public AnswerStore {
 public:
  Result<std::optional<std::string>> find(const std::string& fingerprint, const std::string& input) const override {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find({fingerprint, input});
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }

  Result<void> store(const std::string& fingerprint, std::span<const Answer> answers) override {
    const std::lock_guard lock(mutex_);
    for (const Answer& each : answers) answers_[{fingerprint, each.input}] = each.value;
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> answers_;
};

}  // namespace scotoma::fake
