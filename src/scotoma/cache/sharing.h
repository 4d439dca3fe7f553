// SPDX-License-Identifier: Apache-2.0
// How several runs of one study share its questions: which of them answers what, and what happens to the rest.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

namespace scotoma {

/// One of `count` parts of all questions that there can be. A question belongs to one part, which depends on its text
/// alone: not on when it is asked, nor on who asks. Parts are of equal size but for chance.
struct Shard {
  std::size_t index = 1;  ///< 1 to count
  std::size_t count = 1;

  /// Whose a question is: from 1 to count, and none of those that are lost. Those who know the same shards to be lost
  /// share the questions of these out without a word. This shard itself never is.
  std::size_t owner(std::string_view question, const std::set<std::size_t>& lost = {}) const;
};

struct Sharing {
  Shard shard = {};
  /// How long nothing may come of others that write into the same cache before they count as lost, and their questions
  /// are shared out; none: they are not waited for.
  std::optional<std::chrono::milliseconds> wait = std::nullopt;
  /// A round that asks for more answers than these is left to others as a whole.
  std::size_t largest_round = std::numeric_limits<std::size_t>::max();
};

}  // namespace scotoma
