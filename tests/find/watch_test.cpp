// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/watch.h"

#include <gtest/gtest.h>

#include "fake/recorder.h"

namespace scotoma {
namespace {

Hypothesis hypothesis_called(const std::string& id, Status status = Status::out_of_budget) {
  Hypothesis hypothesis;
  hypothesis.id = id;
  hypothesis.label = "fly";
  hypothesis.status = status;
  return hypothesis;
}

TEST(HypothesisWatch, ReportsWhatIsNewOrAnotherAndNothingTwice) {
  fake::Recorder recorder;
  HypothesisWatch watch(recorder);
  std::vector<Hypothesis> all = {hypothesis_called("a"), hypothesis_called("b", Status::underpowered)};
  watch.compare(all);
  watch.compare(all);
  auto changes = recorder.all<HypothesisChanged>();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].status, std::nullopt) << "out of budget is how all begin";
  EXPECT_EQ(changes[1].status, Status::underpowered);
  EXPECT_EQ(changes[1].id, "b");

  recorder.events.clear();
  all[0].id = "shorter";
  all.push_back(hypothesis_called("c"));
  watch.compare(all);
  changes = recorder.all<HypothesisChanged>();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].number, 0U);
  EXPECT_EQ(changes[0].id, "shorter");
  EXPECT_EQ(changes[1].number, 2U);

  recorder.events.clear();
  watch.compare(all, true);
  changes = recorder.all<HypothesisChanged>();
  ASSERT_EQ(changes.size(), 2U) << "now it is the end of both";
  EXPECT_EQ(changes[0].status, Status::out_of_budget);
  EXPECT_EQ(changes[1].status, Status::out_of_budget);
}

TEST(HypothesisWatch, ReportsABugOnceBehindItsStatusAndItsWithdrawal) {
  fake::Recorder recorder;
  HypothesisWatch watch(recorder);
  std::vector<Hypothesis> all = {hypothesis_called("a")};
  watch.compare(all);
  all[0].status = Status::confirmed;
  all[0].expected = "bee";
  all[0].confirmed.valid = 12;
  watch.compare(all);
  watch.compare(all);
  ASSERT_EQ(recorder.events.size(), 3U);
  ASSERT_TRUE(std::holds_alternative<BugConfirmed>(recorder.events[2]));
  const auto& bug = std::get<BugConfirmed>(recorder.events[2]);
  EXPECT_EQ(bug.id, "a");
  EXPECT_EQ(bug.predicted, "bee");
  EXPECT_EQ(bug.rate.valid, 12);
  all[0].status = Status::not_generatable;
  watch.compare(all, true);
  ASSERT_EQ(recorder.events.size(), 4U);
  EXPECT_EQ(recorder.all<HypothesisChanged>().back().status, Status::not_generatable);
}

}  // namespace
}  // namespace scotoma
