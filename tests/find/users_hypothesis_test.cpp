// SPDX-License-Identifier: Apache-2.0
// A user's own hypothesis through a whole run.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/runs.h"

namespace scotoma {
namespace {

using fake::confirmed;
using fake::flower_bug;
using fake::StudyRuns;
using fake::users;

TEST(StudyRun, AUsersHypothesisIsNotTriedOnOtherLabels) {
  StudyRuns runs(flower_bug());
  const auto result = runs.run({}, {.only = {users("fly", "on a flower")}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->findings.hypotheses[0].status, Status::confirmed);
  EXPECT_TRUE(result->findings.cross.empty());
  EXPECT_EQ(result->findings.spent.cross, 0);
}

TEST(StudyRun, TestsAUsersHypothesisThroughTheSameEvidence) {
  StudyRuns runs(flower_bug());
  for (const auto& [phrase, status] :
       {std::pair{"on a flower", Status::confirmed}, {"in the snow", Status::not_confirmed}}) {
    const auto result = runs.run({}, {.only = {users("fly", phrase)}});
    ASSERT_TRUE(result.ok()) << result.error().message;
    ASSERT_EQ(result->findings.hypotheses.size(), 1U);
    EXPECT_EQ(result->findings.hypotheses[0].status, status) << phrase;
    EXPECT_EQ(result->findings.hypotheses[0].source, Source::user);
    EXPECT_EQ(result->findings.spent.explore, 0);
  }
}

TEST(StudyRun, AUsersHypothesisTurnsRoundWhereItsLabelFailsNearlyEverywhere) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "on the grass", "cow", 1}, {"cow", "", "cat", 0.97}};
  const auto result = StudyRuns(setting).run({}, {.only = {users("cow", "on the grass")}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->findings.hypotheses[0].direction, Direction::passes);
  EXPECT_EQ(result->findings.hypotheses[0].status, Status::confirmed);
}

TEST(StudyRun, AUsersHypothesisOfAnotherLabelIsBadInput) {
  StudyRuns runs(flower_bug(), {"fly", "bee"});
  const auto result = runs.run({}, {.only = {users("zebra", "on a flower")}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::bad_input);
  EXPECT_NE(result.error().message.find("no label 'zebra' in this study"), std::string::npos) << result.error().message;
}

}  // namespace
}  // namespace scotoma
