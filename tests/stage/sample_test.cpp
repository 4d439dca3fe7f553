// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/sample.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>

#include "fake/stage.h"
#include "scotoma/evidence/interval.h"

namespace scotoma {
namespace {

TEST(SampleBases, CountsFailuresAmongValidImagesOnly) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "", "bee", 0.3}};
  setting.generation_error = 0.2;
  fake::Stage stage(setting, {"fly", "cat"});
  stage.study.budget.base = 200;
  const auto bases = sample_bases(stage.context);
  ASSERT_TRUE(bases.ok()) << bases.error().message;
  ASSERT_EQ(bases->size(), 2U);
  const BaseResult& fly = bases->front();
  EXPECT_EQ(fly.label, "fly");
  EXPECT_EQ(fly.predicted, "bee");
  EXPECT_EQ(fly.rate.valid + fly.rate.invalid, 200);
  EXPECT_NEAR(fly.rate.invalid, 40, 25);
  EXPECT_NEAR(fly.rate.rate, 0.3, 0.15);
  int failures = 0;
  for (const Sample& sample : fly.samples) failures += sample.judgement.valid && sample.prediction.label() != 0 ? 1 : 0;
  EXPECT_EQ(fly.rate.failures, failures);
  EXPECT_LT(bases->back().rate.rate, 0.1);
  EXPECT_EQ(stage.context.spent.base, 400);
}

TEST(SampleBases, BoundsHoldTogetherForAllLabels) {
  fake::Stage stage;
  const auto bases = *sample_bases(stage.context);
  const double level = 1 - stage.study.evidence.alpha0 / (2.0 * 4);
  for (const BaseResult& base : bases) {
    EXPECT_EQ(base.level, level);
    EXPECT_EQ(base.upper, clopper_pearson_upper(base.rate.failures, base.rate.valid, level));
    EXPECT_EQ(base.lower, clopper_pearson_lower(base.rate.failures, base.rate.valid, level));
  }
}

TEST(SampleBases, TakesBasePromptsInTurnAndNoSeedTwice) {
  fake::Stage stage({}, {"fly", "bee"});
  stage.study.prompts.base = {"a photo of {a label}", "{label}", "one {label}"};
  stage.study.budget.base = 10;
  const auto bases = *sample_bases(stage.context);
  std::set<std::uint64_t> seeds;
  for (const BaseResult& base : bases) {
    ASSERT_EQ(base.prompts.size(), 3U);
    ASSERT_EQ(base.samples.size(), 10U);
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_EQ(base.samples[i].request.prompt, base.prompts[i % 3]);
      EXPECT_TRUE(seeds.insert(base.samples[i].request.seed).second);
    }
  }
}

TEST(SampleBases, PromptsThatReadTheSameGenerateNoImageTwice) {
  fake::Stage stage({}, {"fly"});
  stage.study.prompts.base = {"a photo of {a label}", "a photo of a {label}"};
  const auto bases = *sample_bases(stage.context);
  std::set<std::uint64_t> seeds;
  for (const Sample& sample : bases[0].samples) EXPECT_TRUE(seeds.insert(sample.request.seed).second);
}

TEST(SampleBases, ALabelThatFailsNearlyEverywhereIsSaidSo) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "", "cat", 0.95}};
  fake::Stage stage(setting);
  const auto bases = *sample_bases(stage.context);
  for (const BaseResult& base : bases) EXPECT_EQ(base.failing_label, base.label == "cow");
}

TEST(SampleBases, ALabelThatCannotBeGeneratedIsSaidSo) {
  fake::WorldSetting setting;
  setting.generation_error = 0.9;
  fake::Stage stage(setting);
  const auto bases = *sample_bases(stage.context);
  for (const BaseResult& base : bases) {
    EXPECT_TRUE(base.not_generatable);
    EXPECT_FALSE(base.failing_label);
  }
}

TEST(SampleBases, ABudgetThatDoesNotPayForThemIsBadInput) {
  for (const auto& [images, base] : {std::pair{100, 48}, {1000000000, 1000000000}}) {
    fake::Stage stage;
    stage.study.budget.images = images;
    stage.study.budget.base = base;
    const auto bases = sample_bases(stage.context);
    ASSERT_FALSE(bases.ok());
    EXPECT_EQ(bases.error().code, Code::bad_input);
    EXPECT_NE(bases.error().message.find("budget.base"), std::string::npos);
    EXPECT_EQ(stage.world.calls(), 0U);
  }
}

/// Flies fail often, the others never.
fake::WorldSetting one_of_each() {
  fake::WorldSetting setting;
  setting.base_error = 0;
  setting.rules = {{"fly", "", "bee", 0.6}};
  return setting;
}

TEST(SampleBases, WithBaseFirstOnlyLabelsThatOftenFailGetAllImages) {
  fake::Stage whole(one_of_each());
  const auto all = *sample_bases(whole.context);
  fake::Stage stage(one_of_each());
  stage.study.budget.base_first = 8;
  const auto bases = *sample_bases(stage.context);
  const auto images = static_cast<std::size_t>(stage.study.budget.base);
  std::size_t generated = 0;
  for (std::size_t l = 0; l < bases.size(); ++l) {
    const BaseResult& base = bases[l];
    ASSERT_EQ(base.samples.size(), base.label == "fly" ? images : 8) << base.label;
    for (std::size_t i = 0; i < base.samples.size(); ++i) {
      EXPECT_EQ(base.samples[i].image, all[l].samples[i].image) << "the same images as without base_first";
    }
    EXPECT_EQ(base.level, 1 - stage.study.evidence.alpha0 / (2.0 * 4 * 4)) << "of 8, 16, 32 or 64 images";
    generated += base.samples.size();
  }
  EXPECT_EQ(static_cast<std::size_t>(stage.context.spent.base), generated);
  EXPECT_EQ(stage.world.answered("generator"), generated);
}

TEST(SampleBases, WithBaseFirstAFewFailuresAreLookedAtALittle) {
  fake::WorldSetting setting = one_of_each();
  setting.rules = {{"fly", "", "bee", 0.15}, {"cow", "", "cat", 0.9}};
  std::map<std::size_t, int> flies;  // by size of the sample
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    fake::Stage stage(setting);
    stage.study.seed = seed;
    stage.study.budget.base_first = 4;
    const auto bases = *sample_bases(stage.context);
    const BaseResult& fly = *base_of(bases, "fly");
    ++flies[fly.samples.size()];
    if (fly.samples.size() == 4) {
      EXPECT_EQ(fly.rate.failures, 0);
    }
    EXPECT_TRUE(base_of(bases, "cow")->failing_label);
    EXPECT_EQ(std::ssize(base_of(bases, "cow")->samples), stage.study.budget.base);
  }
  EXPECT_GT(flies[4], 0) << "no failure among four";
  EXPECT_GT(flies[16], 0) << "a failure, but not in many";
}

TEST(SampleBases, WithBaseFirstALabelIsCalledNotGeneratableByAllItsImages) {
  fake::WorldSetting setting = one_of_each();
  setting.generation_error = 0.9;
  fake::Stage stage(setting);
  stage.study.budget.base_first = 8;
  const auto bases = *sample_bases(stage.context);
  for (const BaseResult& base : bases) {
    EXPECT_TRUE(base.not_generatable);
    EXPECT_EQ(std::ssize(base.samples), stage.study.budget.base);
  }
}

TEST(SampleBases, WithBaseFirstGrowingTakesHalfOfWhatIsLeftAllInAll) {
  fake::WorldSetting setting;
  for (const std::string& thing : setting.things) setting.rules.push_back({thing, "", "bee", 0.6});
  for (const int images : {32, 40, 100, 150, 200, 1000}) {
    fake::Stage stage(setting);
    stage.study.prompts.base = {"a photo of {a label}", "a sketch of {a label}"};
    stage.study.budget.base_first = 8;
    stage.study.budget.images = images;
    const auto bases = *sample_bases(stage.context);
    EXPECT_LE(stage.context.spent.base - 32, (images - 32) / 2) << images;
    const auto sizes = stage.study.budget.base_sizes();
    for (const BaseResult& base : bases)
      EXPECT_EQ(std::count(sizes.begin(), sizes.end(), std::ssize(base.samples)), 1) << base.samples.size();
  }
}

TEST(BaseSizes, DoubleUpToTheWhole) {
  BudgetOptions budget;
  budget.base = 48;
  EXPECT_EQ(budget.base_sizes(), std::vector<int>{48});
  budget.base_first = 8;
  EXPECT_EQ(budget.base_sizes(), (std::vector<int>{8, 16, 32, 48}));
  budget.base_first = 40;
  EXPECT_EQ(budget.base_sizes(), (std::vector<int>{40, 48}));
  budget.base_first = 64;
  EXPECT_EQ(budget.base_sizes(), std::vector<int>{48});
  budget.base = 1'000'000'000;
  budget.base_first = 1;
  EXPECT_EQ(budget.base_sizes().size(), 31U);
}

TEST(SampleBases, WithBaseFirstABudgetForTheFirstImagesIsEnough) {
  fake::Stage stage(one_of_each());
  stage.study.budget.base_first = 8;
  stage.study.budget.images = 4 * 8;
  const auto bases = sample_bases(stage.context);
  ASSERT_TRUE(bases.ok()) << bases.error().message;
  for (const BaseResult& base : *bases) EXPECT_EQ(base.samples.size(), 8U);
  ASSERT_EQ(stage.context.limits.size(), 1U);
  EXPECT_NE(stage.context.limits[0].find("\"fly\""), std::string::npos) << stage.context.limits[0];
  stage.context.spent = {};
  stage.study.budget.images = 4 * 8 - 1;
  const auto refused = sample_bases(stage.context);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("lower budget.base_first"), std::string::npos) << refused.error().message;
}

class CompleteBases : public testing::Test {
 protected:
  CompleteBases() : stage_(one_of_each()) {
    stage_.study.budget.base_first = 8;
    bases_ = *sample_bases(stage_.context);
    for (const char* label : {"bee", "cow", "bee", "fly"}) {
      hypotheses_.push_back(stage_.hypothesis(label, "on a flower"));
      set_base(hypotheses_.back(), *base_of(bases_, label), stage_.study.evidence.delta);
      explored(hypotheses_.back(), 3, 8);  // rare enough to ask for many baseline images
    }
    explored(hypotheses_[3], 8, 8);  // of flies, which fail anyway
  }

  static void explored(Hypothesis& hypothesis, int failures, int valid) {
    hypothesis.explored.failures = failures;
    hypothesis.explored.valid = valid;
    fill_interval(hypothesis.explored);
  }

  std::vector<std::size_t> complete(const std::vector<std::size_t>& finalists) {
    return complete_bases(stage_.context, bases_, hypotheses_, finalists).value();
  }

  int fresh(const char* label) const {
    const Rate& rate = base_of(bases_, label)->fresh;
    return rate.valid + rate.invalid;
  }

  fake::Stage stage_;
  std::vector<BaseResult> bases_;
  std::vector<Hypothesis> hypotheses_;
};

TEST_F(CompleteBases, GeneratesImagesThatNoSearchHasSeenForLabelsOfFinalists) {
  const int before = stage_.context.spent.base;
  EXPECT_EQ(complete({2, 3}), (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(stage_.context.spent.base, before + fresh("bee") + fresh("fly"));
  EXPECT_GT(fresh("bee"), 0);
  EXPECT_GT(fresh("fly"), 0);
  EXPECT_EQ(fresh("cow"), 0) << "no finalist";
  for (const char* label : {"bee", "cow"})
    EXPECT_EQ(base_of(bases_, label)->samples.size(), 8U) << "as the search knows it";
  for (const std::size_t h : {2U, 3U}) {
    const Rate& rate = base_of(bases_, hypotheses_[h].label)->fresh;
    EXPECT_EQ(hypotheses_[h].base_valid, rate.valid);
    EXPECT_EQ(hypotheses_[h].base_events, rate.failures);
  }
  EXPECT_EQ(hypotheses_[0].base_valid, base_of(bases_, "bee")->rate.valid) << "no finalist: what the search knows";
}

TEST_F(CompleteBases, AnotherWaveGetsOtherImages) {
  const auto seeds = [&](int first, int last) {
    std::set<std::uint64_t> all;
    for (const Query& query :
         base_queries(stage_.context, stage_.context.target("bee"), Purpose::fresh_baseline, first, last))
      all.insert(query.request.seed);
    return all;
  };
  complete({2});
  const int once = fresh("bee");
  const int valid = hypotheses_[2].base_valid;
  complete({0});
  EXPECT_GT(fresh("bee"), once);
  EXPECT_EQ(hypotheses_[2].base_valid, valid) << "of the first wave";
  for (const std::uint64_t seed : seeds(once, fresh("bee"))) EXPECT_FALSE(seeds(0, once).contains(seed));
}

TEST_F(CompleteBases, KeepsHalfOfWhatIsLeftForTheTrialsAndServesTheBestFirst) {
  stage_.study.budget.images = stage_.context.spent.total() + 2 * (96 + 32);
  EXPECT_EQ(complete({1, 0}), (std::vector<std::size_t>{1, 0}));
  EXPECT_LE(fresh("cow") + fresh("bee"), 96 + 32);
  EXPECT_GE(fresh("cow"), fresh("bee"));
  stage_.study.budget.images = stage_.context.spent.total() + 2 * 5;
  EXPECT_EQ(complete({1, 0}), std::vector<std::size_t>{1}) << "4 images of its label, and none of the other's";
  EXPECT_EQ(hypotheses_[0].status, Status::out_of_budget);
  ASSERT_EQ(stage_.context.limits.size(), 1U);
  EXPECT_NE(stage_.context.limits[0].find("of \"bee\""), std::string::npos) << stage_.context.limits[0];
}

TEST_F(CompleteBases, ALabelDoesNotTakeTheImagesOfAnother) {
  stage_.study.budget.images = stage_.context.spent.total() + 2 * 20;
  EXPECT_EQ(complete({1, 0}), (std::vector<std::size_t>{1, 0}));
  EXPECT_GT(fresh("cow"), 0);
  EXPECT_EQ(fresh("cow"), fresh("bee"));
}

TEST_F(CompleteBases, OfALabelThatFailsNearlyEverywhereItIsPassesThatCount) {
  hypotheses_[3].direction = Direction::passes;
  explored(hypotheses_[3], 8, 8);
  complete({3});
  const Rate& rate = base_of(bases_, "fly")->fresh;
  EXPECT_EQ(hypotheses_[3].base_events, rate.valid - rate.failures);
}

TEST_F(CompleteBases, APhraseThatNothingIsKnownOfIsServedToo) {
  hypotheses_[1].explored = {};
  EXPECT_EQ(complete({1}), std::vector<std::size_t>{1});
  EXPECT_GT(fresh("cow"), 0);
}

TEST_F(CompleteBases, BeginsWithAsFewAsEvidenceMayStandOn) {
  complete({1, 0});
  EXPECT_EQ(fresh("cow"), 4);
  EXPECT_EQ(fresh("bee"), 4);
}

TEST_F(CompleteBases, ThePlainRuleNeedsNone) {
  stage_.study.evidence.rule = EvidenceRule::fixed;
  EXPECT_EQ(complete({1, 0}), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(fresh("cow"), 0);
}

/// A world in which the first images were luck: what they showed, of bees and cows, is not what the others show.
class Unlucky : public CompleteBases {
 protected:
  std::vector<std::size_t> complete_in(const fake::WorldSetting& setting, const std::vector<std::size_t>& finalists) {
    fake::Stage stage(setting);
    stage.study.budget.base_first = 8;
    stage.study.evidence = stage_.study.evidence;
    return complete_bases(stage.context, bases_, hypotheses_, finalists).value();
  }
};

TEST_F(Unlucky, AFinalistThatIsNoBetterThanAllBaselineImagesShowEnds) {
  fake::WorldSetting setting = one_of_each();
  setting.rules.push_back({"bee", "", "fly", 0.5});
  explored(hypotheses_[0], 1, 8);
  EXPECT_EQ(complete_in(setting, {0, 1}), std::vector<std::size_t>{1});
  EXPECT_EQ(hypotheses_[0].status, Status::not_promising);
  EXPECT_GT(hypotheses_[0].null_rate, hypotheses_[0].explored.rate);
  EXPECT_EQ(hypotheses_[0].wave, Wave::search) << "it was put to the test, and counts";
  EXPECT_NE(hypotheses_[2].status, Status::not_promising) << "no finalist";
}

TEST_F(Unlucky, ALabelThatTurnsOutToBeNotGeneratableClaimsNothing) {
  fake::WorldSetting setting = one_of_each();
  setting.generation_error = 0.95;
  stage_.study.evidence.max_invalid = 0.3;  // 8 images of the search are valid
  EXPECT_TRUE(complete_in(setting, {1}).empty());
  EXPECT_EQ(hypotheses_[1].status, Status::not_generatable);
  EXPECT_TRUE(base_of(bases_, "cow")->not_generatable);
}

}  // namespace
}  // namespace scotoma
