// SPDX-License-Identifier: Apache-2.0
// A run that was stopped, and answers that another run has given.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "fake/runs.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

using fake::flower_bug;
using fake::run_to_the_end;
using fake::StudyRuns;
using fake::text_of;

class Interrupted : public testing::TestWithParam<std::pair<Code, int>> {};

TEST_P(Interrupted, AndStartedAgainEndsAsIfItHadNotBeen) {
  const auto [code, threads] = GetParam();
  StudyRuns whole(flower_bug());
  whole.study.engine.threads = threads;
  whole.study.budget.base_first = 8;
  const auto expected = whole.run();
  ASSERT_TRUE(expected.ok());
  const auto calls = static_cast<std::uint32_t>(whole.world.calls());
  Philox random(7);
  for (int trial = 0; trial < 3; ++trial) {
    StudyRuns runs(flower_bug());
    runs.study.engine.threads = threads;
    runs.study.budget.base_first = 8;
    std::vector<std::size_t> stops;
    for (int i = 0; i < 6; ++i) stops.push_back(random.below(calls));
    std::sort(stops.begin(), stops.end());
    ASSERT_GT(run_to_the_end(runs, stops, code), 1);
    EXPECT_TRUE(runs.world.asked_again().empty());
    EXPECT_EQ(runs.world.answered("generator"), whole.world.answered("generator"));
    const auto replayed = runs.run({}, {.replay_only = true});
    ASSERT_TRUE(replayed.ok()) << replayed.error().message;
    EXPECT_EQ(text_of(replayed->findings), text_of(expected->findings));
  }
}

INSTANTIATE_TEST_SUITE_P(StudyRun, Interrupted,
                         testing::Values(std::pair{Code::interrupted, 1}, std::pair{Code::interrupted, 3},
                                         std::pair{Code::failed, 1}, std::pair{Code::failed, 3}),
                         [](const auto& one) {
                           return fmt::format("{}On{}", one.param.first == Code::failed ? "ByAFault" : "ByTheUser",
                                              one.param.second);
                         });

TEST(StudyRun, ReplaysAFinishedRunWithoutAModelAndNoOther) {
  StudyRuns runs(flower_bug());
  const auto before = runs.run({}, {.replay_only = true});
  ASSERT_FALSE(before.ok());
  EXPECT_EQ(before.error().code, Code::bad_input);
  const auto first = runs.run();
  const auto calls = runs.world.calls();
  const auto again = runs.run({}, {.replay_only = true});
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(text_of(again->findings), text_of(first->findings));
  EXPECT_EQ(runs.world.calls(), calls);
}

TEST(StudyRun, ALargerStudyReusesTheSmallerOnesAnswers) {
  StudyRuns runs(flower_bug(), {"fly"});
  ASSERT_TRUE(runs.run().ok());
  runs.study.labels.push_back({"bee", "bee", "", {}});
  const auto result = runs.run();
  ASSERT_TRUE(result.ok());
  EXPECT_GT(result->run.roles.at("generator").recalled, 0U);
  EXPECT_TRUE(runs.world.asked_again().empty());
}

}  // namespace
}  // namespace scotoma
