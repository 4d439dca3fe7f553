// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/confirm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

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
    const auto threshold = confirm(stage.context, bases, hypotheses, finalists);
    EXPECT_TRUE(threshold.ok());
    return *threshold;
  }

  fake::Stage stage;
  std::vector<BaseResult> bases;  ///< empty: what the hypotheses know of their labels is all
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

TEST(Confirm, EveryPhraseThatIsPutToTheTestPays) {
  FlowerTrial alone(0.9);
  FlowerTrial among(0.9);
  for (int i = 0; i < 20; ++i) among.hypotheses.push_back(among.stage.hypothesis("cow", "on a flower"));  // no bug
  alone.run();
  among.run();
  EXPECT_EQ(among.hypotheses[0].status, Status::confirmed);
  EXPECT_GT(among.hypotheses[0].log_e_value, std::log(21 / 0.036));
  EXPECT_GT(among.hypotheses[0].confirmed.valid, alone.hypotheses[0].confirmed.valid);
}

TEST(Confirm, WhatIsRejectedTogetherNeedsLessThanAlone) {
  FlowerTrial alone(1.0);
  FlowerTrial together(1.0);
  together.hypotheses.assign(6, together.stage.hypothesis("fly", "on a flower", 0.6));
  alone.hypotheses[0] = together.hypotheses[0];
  alone.run();
  const double threshold = together.run();
  for (const Hypothesis& bug : together.hypotheses) {
    EXPECT_EQ(bug.status, Status::confirmed);
    EXPECT_GE(bug.log_e_value, threshold);
    EXPECT_LE(bug.confirmed.valid, alone.hypotheses[0].confirmed.valid);
  }
}

/// A label whose fresh baseline images are few yet, and hardly ever fail.
struct FewBaselineImages : FlowerTrial {
  explicit FewBaselineImages(double rate) : FlowerTrial(rate) {
    bases = {fake::Stage::base("fly", 0, 16)};
    know(0, 4);
  }

  void know(int failures, int valid) {
    for (Hypothesis& hypothesis : hypotheses) {
      hypothesis.base_events = failures;
      hypothesis.base_valid = valid;
    }
    bases[0].fresh.failures = failures;
    bases[0].fresh.valid = valid;
  }
};

TEST(Confirm, WhereTheBaselineSampleLimitsTheEvidenceItGrows) {
  FewBaselineImages trial(0.6);
  trial.run();
  const Hypothesis& bug = trial.hypotheses[0];
  EXPECT_EQ(bug.status, Status::confirmed);
  EXPECT_GT(bug.base_valid, 4);
  EXPECT_EQ(bug.base_valid, trial.bases[0].fresh.valid);
  EXPECT_EQ(bug.base_events, trial.bases[0].fresh.failures);
  EXPECT_EQ(trial.stage.context.spent.base, trial.bases[0].fresh.valid + trial.bases[0].fresh.invalid - 4);
  EXPECT_EQ(bug.log_e_value, log_joint_e_value({bug.confirmed.failures, bug.confirmed.valid},
                                               {bug.base_events, bug.base_valid}, trial.stage.study.evidence.delta));
  EXPECT_EQ(bug.log_e_path.back(), bug.log_e_value);
}

TEST(Confirm, ABaselineSampleDoesNotGrowBeyondItsShare) {
  for (const double rate : {0.05, 0.25, 0.5}) {
    FewBaselineImages trial(rate);
    trial.stage.study.budget.base_confirm = 12;
    trial.run();
    EXPECT_LE(trial.bases[0].fresh.valid + trial.bases[0].fresh.invalid, 12);
    EXPECT_LE(static_cast<int>(trial.hypotheses[0].tried.size()), trial.stage.study.budget.confirm);
  }
}

TEST(Confirm, WhatIsClearTakesFewBaselineImages) {
  FewBaselineImages clear(1.0);
  FewBaselineImages weak(0.4);
  clear.run();
  weak.run();
  EXPECT_LT(clear.hypotheses[0].base_valid, weak.hypotheses[0].base_valid);
  EXPECT_LT(clear.stage.context.spent.total(), 24);
}

/// Three trials of one label under a budget for few: whatever ended or went on in between, each stands on all baseline
/// images that its label had when it ended.
TEST(Confirm, ATrialThatGoesOnKnowsAllBaselineImagesOfItsLabel) {
  for (int images = 20; images <= 120; images += 10) {
    FewBaselineImages trial(0.7);
    trial.hypotheses.push_back(trial.hypotheses[0]);
    trial.hypotheses.push_back(trial.hypotheses[0]);
    trial.hypotheses[1].prompt = trial.hypotheses[1].prompts[0] = "a photo of a fly on a flower, again";
    trial.hypotheses[2].prompt = trial.hypotheses[2].prompts[0] = "a photo of a fly on a flower, once more";
    trial.stage.study.budget.images = images;
    trial.run();
    int most = 0;
    for (const Hypothesis& one : trial.hypotheses) {
      most = std::max(most, one.base_valid);
      EXPECT_EQ(one.log_e_value, log_joint_e_value({one.confirmed.failures, one.confirmed.valid},
                                                   {one.base_events, one.base_valid}, 0.05))
          << images;
    }
    EXPECT_EQ(most, trial.bases[0].fresh.valid);
    EXPECT_LE(trial.stage.context.spent.total(), images);
  }
}

TEST(Confirm, AWaveKnowsItsTrials) {
  FlowerTrial trial(0.9);
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].wave, Wave::search);
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

TEST(Confirm, WhereTheBudgetDoesNotDoForAllItGoesToWhatItCanDecide) {
  FlowerTrial trial(1.0);
  for (int i = 0; i < 9; ++i) trial.hypotheses.push_back(trial.stage.hypothesis("cow", "on a flower"));  // no bug
  trial.hypotheses[0].base_events = 0;  // of so few that it takes more than eight images that fail
  trial.hypotheses[0].base_valid = 4;
  auto& budget = trial.stage.study.budget;
  budget.images = trial.stage.context.spent.total() + 10 * 4 + 24;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::confirmed);
  EXPECT_LE(trial.stage.context.spent.total(), budget.images);
  const auto ended = std::ranges::count(trial.hypotheses, Status::out_of_budget, &Hypothesis::status);
  EXPECT_GT(ended, 0);
}

TEST(Confirm, KeepsBackTheImagesOfAShortAudit) {
  FlowerTrial trial(1.0);
  trial.hypotheses.push_back(trial.stage.hypothesis("fly", "on a flower", 0.9));  // it would go on for long
  auto& budget = trial.stage.study.budget;
  budget.images = 2 * shortest_audit(trial.stage.study) + 24;
  trial.run();
  EXPECT_EQ(trial.hypotheses[0].status, Status::confirmed);
  EXPECT_EQ(trial.hypotheses[1].status, Status::out_of_budget);
  EXPECT_TRUE(trial.stage.context.budget().affords(2 * shortest_audit(trial.stage.study)));
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

/// As when the cross-check brings more: a wave by itself, at its own part of the level.
TEST(Confirm, ASecondWaveTakesNothingBackAndIsHeldToItsOwnPart) {
  FlowerTrial trial(0.95);
  trial.run();
  const Hypothesis first = trial.hypotheses[0];
  ASSERT_EQ(first.status, Status::confirmed);
  trial.hypotheses.push_back(trial.stage.hypothesis("fly", "on a flower", 0.3));
  const auto threshold = confirm(trial.stage.context, trial.bases, trial.hypotheses, {1}, Wave::cross_check);
  ASSERT_TRUE(threshold.ok());
  EXPECT_EQ(trial.hypotheses[0], first);
  EXPECT_EQ(trial.hypotheses[1].wave, Wave::cross_check);
  EXPECT_EQ(trial.hypotheses[1].status, Status::confirmed);
  EXPECT_GE(trial.hypotheses[1].log_e_value, std::log(1 / 0.004));
}

TEST(Confirm, ThePathOfOneHypothesisDoesNotDependOnTheOthers) {
  FlowerTrial alone(0.5);
  FlowerTrial together(0.5);
  together.hypotheses.push_back(together.stage.hypothesis("fly", "in the snow"));
  together.hypotheses.push_back(together.stage.hypothesis("cow", "on a flower"));
  alone.run();
  together.run();
  const auto& one = alone.hypotheses[0].log_e_path;
  const auto& other = together.hypotheses[0].log_e_path;  // it may end later: more were put to the test
  const auto both = static_cast<std::ptrdiff_t>(std::min(one.size(), other.size()));
  EXPECT_TRUE(std::equal(one.begin(), one.begin() + both, other.begin()));
}

}  // namespace
}  // namespace scotoma
