// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/audit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fake/stage.h"
#include "scotoma/evidence/confidence_sequence.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/finding/cause.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

/// An audit of "fly on a flower", which fails with this rate.
struct Audited {
  explicit Audited(fake::WorldSetting setting, const std::string& label = "fly",
                   const std::string& phrase = "on a flower", Direction direction = Direction::fails, int images = 2000,
                   double width = 0)
      : stage(std::move(setting), {label}), hypotheses{stage.hypothesis(label, phrase)} {
    stage.study.budget.images = images;
    bases = *sample_bases(stage.context);
    hypotheses[0].direction = direction;
    hypotheses[0].status = Status::confirmed;
    stage.study.budget.audit_width = width;
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
                        65);  // 1 is left after the baseline sample
  EXPECT_EQ(audited.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(audited.hypotheses[0].audit.valid, 0);
  EXPECT_EQ(audited.stage.context.spent.audit, 0);
  ASSERT_EQ(audited.stage.context.limits.size(), 1U);
  EXPECT_NE(audited.stage.context.limits[0].find("a photo of a fly on a flower"), std::string::npos);
}

TEST(Audit, EndsWhenTheIntervalIsNarrowEnough) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", 1.0}};
  const Audited whole(setting);
  const Audited narrow(setting, "fly", "on a flower", Direction::fails, 2000, 0.3);
  const Rate& rate = narrow.hypotheses[0].audit;
  EXPECT_LE(rate.high - rate.low, 0.3);
  EXPECT_LT(narrow.hypotheses[0].pairs.size(), whole.hypotheses[0].pairs.size());
  for (std::size_t i = 0; i < narrow.hypotheses[0].pairs.size(); ++i)
    EXPECT_EQ(narrow.hypotheses[0].pairs[i], whole.hypotheses[0].pairs[i]) << "the same images, but fewer";
  const Interval sequence = confidence_sequence(rate.failures, rate.valid, 0.95);
  EXPECT_EQ(rate.low, sequence.low);
  EXPECT_EQ(rate.high, sequence.high);
}

/// Flies, cows and bees on a flower, all misclassified as a cat; and flies in the snow, as a cow.
struct OneCause {
  OneCause() : stage(setting(), {"fly", "cow", "bee"}) {
    for (const char* label : {"fly", "cow", "bee"}) add(label, "on a flower", "cat");
    add("fly", "in the snow", "cow");
  }

  static fake::WorldSetting setting() {
    fake::WorldSetting setting;
    for (const char* label : {"fly", "cow", "bee"}) setting.rules.push_back({label, "on a flower", "cat", 1.0});
    setting.rules.push_back({"fly", "in the snow", "cow", 1.0});
    return setting;
  }

  void add(const std::string& label, const std::string& phrase, const std::string& wrong) {
    Hypothesis bug = stage.hypothesis(label, phrase);
    bug.status = Status::confirmed;
    const auto& things = stage.world.setting().things;
    Sample sample;
    sample.judgement.valid = true;
    sample.prediction.top = {{static_cast<int>(std::find(things.begin(), things.end(), wrong) - things.begin()), 1.0F}};
    bug.tried = {sample};
    bug.confirmed.failures = 1;
    hypotheses.push_back(bug);
  }

  fake::Stage stage;
  std::vector<Hypothesis> hypotheses;
};

TEST(Audit, LabelsOfOneCauseShareASample) {
  OneCause flowers;
  flowers.stage.study.budget.audit_width = 0.3;
  ASSERT_TRUE(audit(flowers.stage.context, flowers.hypotheses).ok());
  const auto& bugs = flowers.hypotheses;
  EXPECT_EQ(bugs[0].pairs.size(), bugs[1].pairs.size());
  EXPECT_EQ(bugs[0].pairs.size(), bugs[2].pairs.size());
  EXPECT_LT(bugs[0].pairs.size(), bugs[3].pairs.size()) << "one that stands alone needs all for itself";
  const Rate rate = pooled_audit({&bugs[0], &bugs[1], &bugs[2]});
  EXPECT_LE(rate.high - rate.low, 0.3);
  EXPECT_GT(bugs[0].audit.high - bugs[0].audit.low, 0.3) << "each label's own interval is wider";
  EXPECT_EQ(grouped_by_cause(bugs, {0, 1, 2, 3}), (std::vector<std::vector<std::size_t>>{{0, 1, 2}, {3}}));
}

TEST(Audit, TheRateOfACauseCountsItsLabelsAlike) {
  OneCause flowers;
  flowers.hypotheses.pop_back();
  Sample fails = flowers.hypotheses[0].tried[0];
  Sample passes = fails;
  passes.correct = true;
  Sample invalid = fails;
  invalid.judgement.valid = false;
  flowers.hypotheses[0].pairs = {{fails, {}}, {fails, {}}, {fails, {}}};
  flowers.hypotheses[1].pairs = {{invalid, {}}, {passes, {}}, {fails, {}}};
  flowers.hypotheses[2].pairs = {{passes, {}}, {passes, {}}, {fails, {}}};
  const Rate rate = pooled_audit({&flowers.hypotheses[0], &flowers.hypotheses[1], &flowers.hypotheses[2]});
  EXPECT_EQ(rate.valid, 6) << "the first two valid ones of each";
  EXPECT_EQ(rate.failures, 3);
  EXPECT_EQ(rate.invalid, 1);
}

TEST(Audit, WhereTheBudgetEndsAuditsAreShorterAlikeAndItIsSaid) {
  fake::Stage stage(flower_bug(), {"fly"});
  stage.study.prompts.base = {"a photo of {a label}", "a sketch of {a label}"};
  std::vector<Hypothesis> hypotheses;
  for (const char* phrase : {"on a flower", "in the snow", "at night"}) {
    hypotheses.push_back(stage.hypothesis("fly", phrase));
    hypotheses.back().status = Status::confirmed;
  }
  stage.study.budget.audit_width = 0;
  stage.study.budget.images = 6 * 11 + 3;  // eleven each would not be whole rounds of the base prompts
  ASSERT_TRUE(audit(stage.context, hypotheses).ok());
  for (const Hypothesis& bug : hypotheses) EXPECT_EQ(bug.pairs.size(), 8U);
  ASSERT_EQ(stage.context.limits.size(), 1U);
  EXPECT_NE(stage.context.limits[0].find("ended 3 audits"), std::string::npos) << stage.context.limits[0];
}

TEST(Audit, WhereTheShortestIsTooMuchForAllEachHasARound) {
  fake::Stage stage(flower_bug(), {"fly"});
  std::vector<Hypothesis> hypotheses;
  for (const char* phrase : {"on a flower", "in the snow", "at night"}) {
    hypotheses.push_back(stage.hypothesis("fly", phrase));
    hypotheses.back().status = Status::confirmed;
  }
  ASSERT_EQ(shortest_audit(stage.study), 4);
  ASSERT_EQ(audit_round(stage.study), 1);
  stage.study.budget.images = 2 * 3 * 4 - 1;
  auto all = hypotheses;
  ASSERT_TRUE(audit(stage.context, all).ok());
  for (const Hypothesis& bug : all) EXPECT_EQ(bug.pairs.size(), 3U);
  EXPECT_EQ(stage.context.limits.size(), 1U);
  stage.context.spent = {};
  stage.study.budget.images = 2 * 3 - 1;
  ASSERT_TRUE(audit(stage.context, hypotheses).ok());
  EXPECT_EQ(hypotheses[0].pairs.size(), 1U);
  EXPECT_EQ(hypotheses[1].pairs.size(), 1U);
  EXPECT_TRUE(hypotheses[2].pairs.empty()) << "where not even that is left the first have it";
  EXPECT_EQ(stage.context.limits.size(), 3U);
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
