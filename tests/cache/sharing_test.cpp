// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/sharing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace scotoma {
namespace {

RC_GTEST_PROP(Shards, EveryQuestionHasOneOwnerWhoeverAsksAndWhoeverIsLost, ()) {
  const auto question = *rc::gen::arbitrary<std::string>();
  const auto count = *rc::gen::inRange<std::size_t>(1, 40);
  const auto asker = *rc::gen::inRange<std::size_t>(1, count + 1);
  const auto some = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, count + 1));
  std::set<std::size_t> lost(some.begin(), some.end());
  lost.erase(asker);
  const std::size_t owner = Shard{asker, count}.owner(question, lost);
  RC_ASSERT(owner >= 1 && owner <= count);
  RC_ASSERT(!lost.contains(owner));
  for (std::size_t other = 1; other <= count; ++other) {
    RC_ASSERT(lost.contains(other) || (Shard{other, count}.owner(question, lost)) == owner);
  }
  const std::size_t first = Shard{asker, count}.owner(question);
  RC_ASSERT(lost.contains(first) || first == owner);
}

TEST(Shards, AreOfTheSameSizeWithinAFewPercentAndSoIsWhatALostOneLeaves) {
  constexpr std::size_t kCount = 8;
  constexpr int kQuestions = 40'000;
  std::vector<int> sizes(kCount + 1);
  std::vector<int> of_lost(kCount + 1);
  for (int i = 0; i < kQuestions; ++i) {
    const std::string question = "question " + std::to_string(i);
    ++sizes[Shard{1, kCount}.owner(question)];
    if (Shard{1, kCount}.owner(question) == 3) ++of_lost[Shard{1, kCount}.owner(question, {3})];
  }
  for (std::size_t shard = 1; shard <= kCount; ++shard) {
    EXPECT_NEAR(sizes[shard], kQuestions / 8, kQuestions / 8 * 0.05) << shard;
    if (shard == 3) continue;
    EXPECT_NEAR(of_lost[shard], kQuestions / 56, kQuestions / 56 * 0.2) << shard;
  }
  EXPECT_EQ(of_lost[3], 0);
}

// Workers of other builds, and of tomorrow, must agree. Computed with Python's hashlib.
TEST(Shards, OfAQuestionStayTheSameForEver) {
  std::string owners;
  for (int i = 0; i < 16; ++i) owners += std::to_string(Shard{1, 7}.owner("question " + std::to_string(i)));
  EXPECT_EQ(owners, "6766657621124632");
}

}  // namespace
}  // namespace scotoma
