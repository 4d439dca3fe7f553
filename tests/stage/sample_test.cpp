#include "stage/sample.h"

#include <gtest/gtest.h>

#include <set>

#include "evidence/interval.h"
#include "fake/stage.h"

namespace scotoma {
namespace {

TEST(SampleBases, CountsFailuresAmongValidPicturesOnly) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "", "bee", 0.3}};
  setting.drawing_error = 0.2;
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
      EXPECT_EQ(base.samples[i].draw.prompt, base.prompts[i % 3]);
      EXPECT_TRUE(seeds.insert(base.samples[i].draw.seed).second);
    }
  }
}

TEST(SampleBases, PromptsThatReadTheSameDrawNoPictureTwice) {
  fake::Stage stage({}, {"fly"});
  stage.study.prompts.base = {"a photo of {a label}", "a photo of a {label}"};
  const auto bases = *sample_bases(stage.context);
  std::set<std::uint64_t> seeds;
  for (const Sample& sample : bases[0].samples) EXPECT_TRUE(seeds.insert(sample.draw.seed).second);
}

TEST(SampleBases, ALabelThatFailsNearlyEverywhereIsSaidSo) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "", "cat", 0.95}};
  fake::Stage stage(setting);
  const auto bases = *sample_bases(stage.context);
  for (const BaseResult& base : bases) EXPECT_EQ(base.everywhere, base.label == "cow");
}

TEST(SampleBases, ALabelThatCannotBeDrawnIsSaidSo) {
  fake::WorldSetting setting;
  setting.drawing_error = 0.9;
  fake::Stage stage(setting);
  const auto bases = *sample_bases(stage.context);
  for (const BaseResult& base : bases) {
    EXPECT_TRUE(base.undrawable);
    EXPECT_FALSE(base.everywhere);
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

}  // namespace
}  // namespace scotoma
