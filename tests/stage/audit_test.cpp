// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/audit.h"

#include <gtest/gtest.h>

#include "fake/stage.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

/// An audit of "fly on a flower", which fails with this rate.
struct Audited {
  explicit Audited(fake::WorldSetting setting, const std::string& label = "fly",
                   const std::string& phrase = "on a flower", Direction direction = Direction::fails, int images = 2000)
      : stage(std::move(setting), {label}), hypotheses{stage.hypothesis(label, phrase)} {
    stage.study.budget.images = images;
    bases = *sample_bases(stage.context);
    hypotheses[0].direction = direction;
    hypotheses[0].status = Status::confirmed;
    EXPECT_TRUE(audit(stage.context, hypotheses).ok());
  }

  fake::Stage stage;
  std::vector<BaseResult> bases;
  std::vector<Hypothesis> hypotheses;
};

fake::WorldSetting flower_bug() {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", 0.8}};
  return setting;
}

TEST(Audit, GivesTheRateTheLiftAndTheWrongAnswer) {
  const Audited audited(flower_bug());
  const Hypothesis& bug = audited.hypotheses[0];
  const int count = audited.stage.study.budget.audit;
  EXPECT_EQ(bug.audit.valid + bug.audit.invalid, count);
  EXPECT_NEAR(bug.audit.rate, 0.8, 0.2);
  EXPECT_EQ(bug.predicted, "bee");
  EXPECT_GT(bug.predicted_count, 0);
  EXPECT_LE(bug.predicted_count, bug.audit.failures);
  const Interval lift =
      newcombe_paired(bug.effect->both, bug.effect->only_with, bug.effect->only_without, bug.effect->neither, 0.95);
  EXPECT_EQ(bug.effect->lift_low, lift.low);
  EXPECT_EQ(bug.effect->lift_high, lift.high);
  EXPECT_GT(bug.effect->lift_low, 0.2);
  EXPECT_EQ(audited.stage.context.spent.audit, 2 * count);
  EXPECT_TRUE(audited.stage.context.limits.empty());
}

TEST(Audit, PairsShareTheirSeedsAndTheBasePromptOfTheirTurn) {
  const Audited audited(flower_bug());
  const Hypothesis& bug = audited.hypotheses[0];
  ASSERT_EQ(bug.pairs.size(), static_cast<std::size_t>(audited.stage.study.budget.audit));
  int counted[4] = {};
  for (const Pair& pair : bug.pairs) {
    EXPECT_EQ(pair.with.request.seed, pair.without.request.seed);
    EXPECT_EQ(pair.with.request.prompt, "a photo of a fly on a flower");
    EXPECT_EQ(pair.without.request.prompt, "a photo of a fly");
    if (pair.with.valid() && pair.without.valid())
      ++counted[2 * (pair.with.failure() ? 1 : 0) + (pair.without.failure() ? 1 : 0)];
  }
  EXPECT_EQ(bug.effect->neither, counted[0]);
  EXPECT_EQ(bug.effect->only_without, counted[1]);
  EXPECT_EQ(bug.effect->only_with, counted[2]);
  EXPECT_EQ(bug.effect->both, counted[3]);
  EXPECT_EQ(bug.effect->mcnemar_p, mcnemar_exact(bug.effect->only_with, bug.effect->only_without));
  EXPECT_LT(bug.effect->mcnemar_p, 0.001);
}

TEST(Audit, WithSeveralBasePromptsAPairDiffersInThePhraseAlone) {
  fake::Stage stage(flower_bug(), {"fly"});
  stage.study.prompts.base = {"a photo of {a label}", "a sketch of {a label}"};
  std::vector<Hypothesis> hypotheses = {stage.hypothesis("fly", "on a flower")};
  hypotheses[0].status = Status::confirmed;
  ASSERT_TRUE(audit(stage.context, hypotheses).ok());
  for (const Pair& pair : hypotheses[0].pairs)
    EXPECT_EQ(pair.with.request.prompt, pair.without.request.prompt + " on a flower");
}

TEST(Audit, CountsPassesWhereALabelFailsNearlyEverywhere) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "on the grass", "cow", 1}, {"cow", "", "cat", 0.97}};
  const Audited audited(setting, "cow", "on the grass", Direction::passes);
  const Hypothesis& bug = audited.hypotheses[0];
  EXPECT_GT(bug.audit.rate, 0.9);
  EXPECT_LT(bug.audit_base.rate, 0.5);
  EXPECT_GT(bug.effect->lift_low, 0.4);
  EXPECT_GT(bug.effect->only_with, bug.effect->only_without);
}

TEST(Audit, ABugThatTheBudgetCannotPayForStaysConfirmedAndIsSaid) {
  const Audited audited(flower_bug(), "fly", "on a flower", Direction::fails,
                        79);  // 15 are left after the baseline sample
  EXPECT_EQ(audited.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(audited.hypotheses[0].audit.valid, 0);
  EXPECT_EQ(audited.stage.context.spent.audit, 0);
  ASSERT_EQ(audited.stage.context.limits.size(), 1U);
  EXPECT_NE(audited.stage.context.limits[0].find("a photo of a fly on a flower"), std::string::npos);
}

TEST(Audit, WhatIsLeftIsSharedAlike) {
  fake::Stage stage(flower_bug(), {"fly"});
  stage.study.prompts.base = {"a photo of {a label}", "a sketch of {a label}"};
  std::vector<Hypothesis> hypotheses;
  for (const char* phrase : {"on a flower", "in the snow", "at night"}) {
    hypotheses.push_back(stage.hypothesis("fly", phrase));
    hypotheses.back().status = Status::confirmed;
  }
  stage.study.budget.images = 6 * 11 + 3;  // eleven each would not be whole rounds of the base prompts
  ASSERT_TRUE(audit(stage.context, hypotheses).ok());
  for (const Hypothesis& bug : hypotheses) EXPECT_EQ(bug.pairs.size(), 10U);
  EXPECT_EQ(stage.context.spent.audit, 6 * 10);
  ASSERT_EQ(stage.context.limits.size(), 1U);
  EXPECT_NE(stage.context.limits[0].find("10 images a bug in place of 48"), std::string::npos);
}

TEST(Audit, WhereNotEvenTheShortestIsLeftForAllTheFirstHaveIt) {
  fake::Stage stage(flower_bug(), {"fly"});
  std::vector<Hypothesis> hypotheses;
  for (const char* phrase : {"on a flower", "in the snow", "at night"}) {
    hypotheses.push_back(stage.hypothesis("fly", phrase));
    hypotheses.back().status = Status::confirmed;
  }
  ASSERT_EQ(shortest_audit(stage.study), 8);
  stage.study.budget.images = 2 * 2 * 8 + 15;
  ASSERT_TRUE(audit(stage.context, hypotheses).ok());
  EXPECT_EQ(hypotheses[0].pairs.size(), 8U);
  EXPECT_EQ(hypotheses[1].pairs.size(), 8U);
  EXPECT_TRUE(hypotheses[2].pairs.empty());
  EXPECT_EQ(stage.context.limits.size(), 2U);
}

TEST(Audit, LeavesWhatIsNotConfirmedAlone) {
  fake::Stage stage;
  std::vector<Hypothesis> hypotheses = {stage.hypothesis("fly", "on a flower")};
  hypotheses[0].status = Status::not_confirmed;
  EXPECT_TRUE(audit(stage.context, hypotheses).ok());
  EXPECT_EQ(stage.world.calls(), 0U);
}

}  // namespace
}  // namespace scotoma
