// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/confirm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "fake/stage.h"
#include "scotoma/evidence/joint_e_value.h"

namespace scotoma {
namespace {

/// A fly that fails on flowers with this rate, under a null of 0.2.
struct FlowerTrial {
  explicit FlowerTrial(double rate, double generation_error = 0.02)
      : stage(setting_of(rate, generation_error)), hypotheses{stage.hypothesis("fly", "on a flower")} {}

  static fake::WorldSetting setting_of(double rate, double generation_error) {
    fake::WorldSetting setting;
    setting.rules = {{"fly", "on a flower", "bee", rate}};
    setting.generation_error = generation_error;
    return setting;
  }

  double run() {
    std::vector<std::size_t> finalists(hypotheses.size());
    std::iota(finalists.begin(), finalists.end(), std::size_t{0});
    const auto threshold = confirm(stage.context, hypotheses, finalists);
    EXPECT_TRUE(threshold.ok());
    return *threshold;
  }

  fake::Stage stage;
  std::vector<Hypothesis> hypotheses;
};

TEST(Confirm, ConfirmsABugAndStopsWhenTheEvidenceIsEnough) {
  FlowerTrial trial(0.9);
  const double threshold = trial.run();
  const Hypothesis& bug = trial.hypotheses[0];
  EXPECT_EQ(bug.status, Status::confirmed);
  EXPECT_GE(bug.log_e_value, threshold);
  EXPECT_LT(bug.confirmed.valid, trial.stage.study.budget.confirm / 2);
  EXPECT_EQ(trial.stage.context.spent.confirm, bug.confirmed.valid + bug.confirmed.invalid);
}

TEST(Confirm, FollowsTheEvidenceAfterEveryValidImage) {
  FlowerTrial trial(0.5, 0.2);
  trial.run();
  const Hypothesis& hypothesis = trial.hypotheses[0];
  ASSERT_EQ(hypothesis.log_e_path.size(), static_cast<std::size_t>(hypothesis.confirmed.valid));
  EXPECT_EQ(hypothesis.log_e_path.back(), hypothesis.log_e_value);
  EXPECT_EQ(hypothesis.log_e_value,
            log_joint_e_value({hypothesis.confirmed.failures, hypothesis.confirmed.valid},
                              {hypothesis.base_events, hypothesis.base_valid}, trial.stage.study.evidence.delta));
}

TEST(Confirm, GivesUpOnWhatSurelyIsNoBug) {
  FlowerTrial trial(0.0);
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::not_confirmed);
  EXPECT_LT(trial.stage.context.spent.confirm, trial.stage.study.budget.confirm);
}

TEST(Confirm, GeneratesNoMoreThanItsShare) {
  FlowerTrial trial(0.25);
  trial.run();
  EXPECT_LE(trial.stage.context.spent.confirm, trial.stage.study.budget.confirm);
}

TEST(Confirm, DoesNotConfirmARateWithinTheNull) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    FlowerTrial trial(0.2);
    trial.stage.study.seed = seed;
    trial.run();
    EXPECT_EQ(trial.hypotheses[0].status, Status::not_confirmed) << "seed " << seed;
  }
}

TEST(Confirm, WhatCannotBeGeneratedIsNotConfirmed) {
  FlowerTrial trial(1.0, 0.8);
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::not_generatable);
}

TEST(Confirm, ALabelThatAlwaysFailsCannotFailMoreOften) {
  FlowerTrial trial(1.0);
  trial.hypotheses[0].base_events = trial.hypotheses[0].base_valid;
  trial.hypotheses[0].null_rate = 1;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::not_confirmed);
  EXPECT_LE(trial.hypotheses[0].log_e_value, 0);
  EXPECT_LE(trial.stage.context.spent.confirm, 8) << "no image that is left could change it";
}

TEST(Confirm, AnUnknownBaseRateIsNotTakenForAFavourableOne) {
  FlowerTrial known(0.6);
  FlowerTrial guessed(0.6);
  guessed.hypotheses[0].base_events = 1;  // 15 %, but of 7 images
  guessed.hypotheses[0].base_valid = 7;
  known.run();
  guessed.run();
  EXPECT_EQ(known.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(guessed.hypotheses[0].status, Status::not_confirmed);
}

TEST(Confirm, EveryPhraseThatAnyLabelCouldHaveHadPays) {
  FlowerTrial few(0.9);
  FlowerTrial many(0.9);
  many.stage.study.evidence.max_hypotheses *= 10'000;
  const double difference = many.run() - few.run();
  EXPECT_NEAR(difference, std::log(10'000.0), 1e-9);
  EXPECT_GT(many.hypotheses[0].confirmed.valid, few.hypotheses[0].confirmed.valid);
}

/// The plain rule, for comparison.
struct FixedTrial : FlowerTrial {
  explicit FixedTrial(double rate, double generation_error = 0.02) : FlowerTrial(rate, generation_error) {
    stage.study.evidence.rule = EvidenceRule::fixed;
  }
};

TEST(ConfirmFixed, CallsABugWhatFailsMoreOftenThanTheBaseSample) {
  FixedTrial more(0.4);
  more.hypotheses[0].base_events = 100;
  FixedTrial less(0.02);
  less.hypotheses[0].base_events = 500;
  for (FixedTrial* trial : {&more, &less}) EXPECT_EQ(trial->run(), 0);
  EXPECT_EQ(more.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(less.hypotheses[0].status, Status::not_confirmed);
}

TEST(ConfirmFixed, GeneratesTheFixedNumberWhateverItShows) {
  for (const double rate : {0.0, 1.0}) {
    FixedTrial trial(rate);
    trial.run();
    EXPECT_EQ(trial.stage.context.spent.confirm, trial.stage.study.budget.confirm);
    EXPECT_TRUE(trial.hypotheses[0].log_e_path.empty());
    ASSERT_EQ(trial.stage.context.limits.size(), 1U);
    EXPECT_NE(trial.stage.context.limits[0].find("No error rate is held"), std::string::npos);
  }
}

TEST(ConfirmFixed, EqualRatesAreNoClaim) {
  FixedTrial trial(1.0);
  trial.hypotheses[0].base_events = trial.hypotheses[0].base_valid;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::not_confirmed);
}

TEST(ConfirmFixed, TheLastFinalistsGoWithoutWhenTheBudgetRunsShort) {
  FixedTrial trial(1.0);
  trial.hypotheses.push_back(trial.stage.hypothesis("fly", "in the snow"));
  trial.stage.study.budget.images = 112;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(trial.hypotheses[1].status, Status::out_of_budget);
  EXPECT_LE(trial.stage.context.spent.total(), 112);
}

TEST(Confirm, WithoutBudgetSaysSo) {
  FlowerTrial trial(1.0);
  trial.stage.study.budget.images = 3;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::out_of_budget);
  EXPECT_EQ(trial.stage.world.calls(), 0U);
}

TEST(Confirm, KeepsTheBestWhenTheBudgetRunsShort) {
  FlowerTrial trial(1.0);
  trial.hypotheses.push_back(trial.stage.hypothesis("fly", "on a flower", 0.6));  // as bad, but harder to show
  trial.stage.study.budget.images = 24;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(trial.hypotheses[1].status, Status::out_of_budget);
  EXPECT_LE(trial.stage.context.spent.total(), 24);
  ASSERT_EQ(trial.stage.context.limits.size(), 1U);
  EXPECT_NE(trial.stage.context.limits[0].find("1 promising"), std::string::npos);
}

TEST(Confirm, KeepsBackTheImagesOfAShortAudit) {
  FlowerTrial trial(1.0);
  trial.hypotheses.push_back(trial.stage.hypothesis("fly", "on a flower", 0.6));  // it would go on for long
  auto& budget = trial.stage.study.budget;
  budget.images = 2 * shortest_audit(trial.stage.study) + 32;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(trial.hypotheses[1].status, Status::out_of_budget);
  EXPECT_TRUE(trial.stage.context.budget().affords(2 * shortest_audit(trial.stage.study)));
}

TEST(Confirm, WhereMoneyIsShortWhatIsRejectedTogetherIsEnough) {
  FlowerTrial rich(1.0);
  rich.hypotheses.assign(6, rich.stage.hypothesis("fly", "on a flower", 0.6));
  FlowerTrial poor(1.0);
  poor.hypotheses = rich.hypotheses;
  rich.run();
  poor.stage.study.budget.images = rich.stage.context.spent.confirm - 6 + 12 * shortest_audit(poor.stage.study);
  const double threshold = poor.run();
  for (std::size_t h = 0; h < 6; ++h) {
    EXPECT_EQ(rich.hypotheses[h].status, Status::confirmed);
    EXPECT_EQ(poor.hypotheses[h].status, Status::confirmed);
    EXPECT_LT(poor.hypotheses[h].confirmed.valid, rich.hypotheses[h].confirmed.valid);
    EXPECT_GE(poor.hypotheses[h].log_e_value, threshold);
  }
}

TEST(Confirm, ATrialThatOnlyGeneratesInvalidImagesStopsEarly) {
  FlowerTrial trial(1.0, 1.0);
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::not_generatable);
  EXPECT_LE(trial.stage.context.spent.confirm, 16);
}

TEST(Confirm, ABugIsNotLostToAFewInvalidImages) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    FlowerTrial trial(1.0, 0.45);
    trial.stage.study.seed = seed;
    trial.run();
    EXPECT_EQ(trial.hypotheses[0].status, Status::confirmed) << "seed " << seed;
  }
}

TEST(Confirm, ThePathOfOneHypothesisDoesNotDependOnTheOthers) {
  FlowerTrial alone(0.5);
  FlowerTrial together(0.5);
  together.hypotheses.push_back(together.stage.hypothesis("fly", "in the snow"));
  together.hypotheses.push_back(together.stage.hypothesis("cow", "on a flower"));
  alone.run();
  together.run();
  EXPECT_EQ(alone.hypotheses[0].log_e_path, together.hypotheses[0].log_e_path);
}

}  // namespace
}  // namespace scotoma
