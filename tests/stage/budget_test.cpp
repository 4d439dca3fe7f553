// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/budget.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

Study study_of(int images) {
  Study study;
  study.budget.images = images;
  study.prompts.base = {"a photo of {a label}", "a picture of {a label}"};
  return study;
}

RC_GTEST_PROP(Budget, NoShareIsNegativeNorMoreThanIsLeft, ()) {
  Study study = study_of(*rc::gen::inRange(0, 10'000));
  study.budget.audit = *rc::gen::inRange(1, 200);
  const Spent spent = {.base = *rc::gen::inRange(0, 6'000), .explore = *rc::gen::inRange(0, 6'000)};
  const Budget budget(study, spent);
  const auto labels = *rc::gen::inRange<std::size_t>(1, 50);
  for (const int share :
       {budget.for_baselines(), budget.for_exploration(), budget.for_shrinking(), budget.for_wide_rows(),
        budget.for_wide_pairs(), budget.for_wide_tries(), static_cast<int>(budget.for_screening(labels) * labels)}) {
    RC_ASSERT(share >= 0);
    RC_ASSERT(share <= budget.left());
    RC_ASSERT(budget.left() == 0 || budget.affords(share));
  }
  RC_ASSERT(budget.affords(budget.left() + 1) == false);
}

RC_GTEST_PROP(Budget, TheShortestAuditIsOfWholeRoundsAndNoLongerThanAnAudit, ()) {
  Study study = study_of(1000);
  study.prompts.base.resize(*rc::gen::inRange<std::size_t>(1, 9), "a photo of {a label}");
  study.budget.audit = *rc::gen::inRange(1, 200);
  const int shortest = shortest_audit(study);
  RC_ASSERT(shortest >= 1 && shortest <= study.budget.audit);
  RC_ASSERT(shortest == study.budget.audit ||
            (shortest >= 4 && shortest % static_cast<int>(study.prompts.base.size()) == 0));
}

TEST(Budget, IsSpentOnlyWhereLessThanATwentiethIsLeft) {
  const Study study = study_of(1000);
  const Spent some = {.base = 900, .explore = 50};
  const Spent all = {.base = 900, .explore = 51};
  EXPECT_FALSE(Budget(study, some).spent());
  EXPECT_TRUE(Budget(study, all).spent());
}

TEST(Budget, EveryPurposeThatAStudyPaysForHasItsCount) {
  for (const Purpose purpose : {Purpose::speed, Purpose::doctor, Purpose::review}) EXPECT_FALSE(count_of(purpose));
  Spent spent;
  for (const Purpose purpose : {Purpose::baseline, Purpose::fresh_baseline, Purpose::screening, Purpose::exploration,
                                Purpose::shrinking, Purpose::confirmation, Purpose::audit, Purpose::cross_check})
    spent.*count_of(purpose) += 1;
  EXPECT_EQ(spent.total(), 8);
  EXPECT_EQ(spent.explore, 2) << "screening is exploration";
}

}  // namespace
}  // namespace scotoma
