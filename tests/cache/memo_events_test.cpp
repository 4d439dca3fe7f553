// SPDX-License-Identifier: Apache-2.0
// What a memo reports while it asks, and what the cache had.
#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "fake/memo.h"

namespace scotoma {
namespace {

using MemoEvents = fake::MemoFixture;

TEST_F(MemoEvents, SayHowFarItIs) {
  Memo memo = this->memo(3);
  std::vector<GenerationRequest> requests;
  for (const Query& query : queries(20)) requests.push_back(query.request);
  const auto images = memo.generate(requests);
  ASSERT_TRUE(images.ok());
  const auto advances = recorder_.all<WorkAdvanced>();
  ASSERT_EQ(advances.size(), 3U);
  EXPECT_EQ(recorder_.events.size(), 3U) << "nothing was recalled";
  for (std::size_t i = 0; i < advances.size(); ++i) {
    EXPECT_EQ(advances[i].total, 20U);
    EXPECT_EQ(advances[i].unit, WorkUnit::images);
    EXPECT_GT(advances[i].done, i == 0 ? 0 : advances[i - 1].done);
  }
  EXPECT_EQ(advances.back().done, 20U);
  ASSERT_TRUE(memo.classify(*images).ok());
  EXPECT_EQ(recorder_.all<WorkAdvanced>().back().unit, WorkUnit::answers);
}

TEST_F(MemoEvents, SayOnceWhatTheCacheHadBeforeAModelIsAsked) {
  ASSERT_TRUE(memo(1).sample(queries(12)).ok());
  recorder_.events.clear();
  Memo again = memo(2);
  ASSERT_TRUE(again.sample(queries(12)).ok());
  EXPECT_TRUE(recorder_.events.empty()) << "no model was asked: more of the cache may follow";
  ASSERT_TRUE(again.sample(queries(30)).ok());
  ASSERT_TRUE(again.sample(queries(60)).ok());
  const auto recalled = recorder_.all<AnswersRecalled>();
  ASSERT_EQ(recalled.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<AnswersRecalled>(recorder_.events.front()));
  EXPECT_EQ(recalled.front().images, 12U);
  EXPECT_EQ(recalled.front().answers, 24U) << "classified and judged";
}

}  // namespace
}  // namespace scotoma
