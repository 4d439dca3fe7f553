// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/explore.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "fake/stage.h"

namespace scotoma {
namespace {

fake::WorldSetting failing(double flower, double snow) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", flower}, {"fly", "in the snow", "bee", snow}};
  return setting;
}

std::vector<Hypothesis> all_places(const fake::Stage& stage) {
  std::vector<Hypothesis> hypotheses;
  for (const auto& place : stage.world.setting().places) hypotheses.push_back(stage.hypothesis("fly", place));
  return hypotheses;
}

TEST(Explore, KeepsWhatFailsBestFirst) {
  fake::Stage stage(failing(0.5, 1.0));
  stage.study.budget.explorer = Explorer::halving;
  auto hypotheses = all_places(stage);
  const auto finalists = explore(stage.context, hypotheses);
  ASSERT_TRUE(finalists.ok());
  EXPECT_EQ(*finalists, (std::vector<std::size_t>{1, 0}));
  for (std::size_t h = 2; h < hypotheses.size(); ++h) {
    EXPECT_EQ(hypotheses[h].status, Status::not_promising);
    EXPECT_EQ(hypotheses[h].explored.valid + hypotheses[h].explored.invalid, stage.study.budget.initial_images);
  }
  // The second round doubled what the first generated, but not of what always fails: there was nothing to learn.
  EXPECT_EQ(hypotheses[0].explored.valid + hypotheses[0].explored.invalid, 3 * stage.study.budget.initial_images);
  EXPECT_EQ(stage.context.spent.explore, 5 * 8 + 16);
}

TEST(Explore, ALabelThatFailsAnywayTakesNoPlaceOfOneThatFailsUnderAPhraseAlone) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", 1}, {"cat", "", "cow", 1}};
  fake::Stage stage(setting);
  stage.study.budget.finalists = 1;
  std::vector<Hypothesis> hypotheses;
  for (const auto& place : setting.places) hypotheses.push_back(stage.hypothesis("cat", place, 0.85));
  hypotheses.push_back(stage.hypothesis("fly", "on a flower", 0.05));
  EXPECT_EQ(*explore(stage.context, hypotheses), std::vector<std::size_t>{hypotheses.size() - 1});
}

TEST(Explore, WherePlacesAreFewWhatAlwaysFailsIsComparedToo) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "", "bee", 1}};
  fake::Stage stage(setting);
  stage.study.budget.finalists = 1;
  auto hypotheses = all_places(stage);
  ASSERT_EQ(explore(stage.context, hypotheses)->size(), 1U);
  EXPECT_EQ(stage.context.spent.explore, 5 * 8 + 3 * 16) << "the better half of five has a second round";
}

TEST(Explore, AHypothesisThatCannotBeGeneratedEnds) {
  fake::WorldSetting setting;
  setting.generation_error = 0.95;
  fake::Stage stage(setting);
  auto hypotheses = all_places(stage);
  EXPECT_TRUE(explore(stage.context, hypotheses)->empty());
  for (const Hypothesis& hypothesis : hypotheses) EXPECT_EQ(hypothesis.status, Status::not_generatable);
}

TEST(Explore, LooksAgainWhereAllImagesWereInvalid) {
  fake::WorldSetting setting = failing(1.0, 1.0);
  for (int i = 0; i < 40; ++i) setting.places.push_back("at place " + std::to_string(i));
  setting.generation_error = 0.5;
  setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.budget.initial_images = 1;
  stage.study.budget.rounds = 1;
  auto hypotheses = all_places(stage);
  ASSERT_TRUE(explore(stage.context, hypotheses).ok());
  std::size_t again = 0;
  for (const Hypothesis& hypothesis : hypotheses) {
    const auto& tried = hypothesis.tried;
    const bool last = tried.back().valid();
    EXPECT_TRUE(last || tried.size() == 3) << "twice at most";
    EXPECT_EQ(std::ranges::count_if(tried, &Sample::valid), last ? 1 : 0) << "and no longer than needed";
    again += tried.size() - 1;
  }
  EXPECT_GT(again, 0U);
  EXPECT_EQ(static_cast<std::size_t>(stage.context.spent.explore), hypotheses.size() + again);
}

class Explorers : public testing::TestWithParam<Explorer> {};

TEST_P(Explorers, LookAtAllALittleWhereTheirShareIsLittle) {
  fake::Stage stage(failing(1, 1));
  stage.study.budget.explorer = GetParam();
  stage.study.budget.images = 50;
  auto hypotheses = all_places(stage);
  const auto finalists = *explore(stage.context, hypotheses);
  EXPECT_EQ(stage.context.spent.explore, 30) << "three fifths, six each instead of eight";
  EXPECT_EQ(finalists, (std::vector<std::size_t>{0, 1})) << "what was seen must do where a second round costs too much";
  for (std::size_t h = 2; h < 5; ++h) EXPECT_EQ(hypotheses[h].status, Status::not_promising);
}

TEST_P(Explorers, LeaveTheLastOutWhereTwoEachAreTooMany) {
  fake::Stage stage(failing(1, 1));
  stage.study.budget.explorer = GetParam();
  stage.study.budget.images = 10;
  auto hypotheses = all_places(stage);
  const auto finalists = *explore(stage.context, hypotheses);
  EXPECT_EQ(stage.context.spent.explore, 6);
  EXPECT_EQ(finalists, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(hypotheses[2].status, Status::not_promising);
  for (std::size_t h = 3; h < 5; ++h) {
    EXPECT_EQ(hypotheses[h].status, Status::out_of_budget);
    EXPECT_TRUE(hypotheses[h].tried.empty());
  }
}

TEST_P(Explorers, FindWhatFailsAndGiveTheSameAtAnyNumberOfThreads) {
  std::vector<std::vector<std::size_t>> found;
  for (const int threads : {1, 3}) {
    fake::Stage stage(failing(0.9, 0.8));
    stage.study.budget.explorer = GetParam();
    Memo memo(stage.models, *stage.cache, stage.cancel, stage.progress, {threads, false});
    StageContext context{stage.study, stage.targets, memo.class_names(), memo, stage.progress};
    auto hypotheses = all_places(stage);
    auto finalists = *explore(context, hypotheses);
    std::sort(finalists.begin(), finalists.end());
    EXPECT_EQ(finalists, (std::vector<std::size_t>{0, 1}));
    for (const Hypothesis& hypothesis : hypotheses) finalists.push_back(hypothesis.tried.size());
    found.push_back(finalists);
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST_P(Explorers, LetNoMoreThanTheFinalistsThroughAndEndTheOthers) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "", "bee", 0.9}};
  fake::Stage stage(setting);
  stage.study.budget.explorer = GetParam();
  stage.study.budget.finalists = 2;
  auto hypotheses = all_places(stage);
  EXPECT_EQ(explore(stage.context, hypotheses)->size(), 2U);
  EXPECT_EQ(std::ranges::count(hypotheses, Status::not_promising, &Hypothesis::status), 3);
}

INSTANTIATE_TEST_SUITE_P(Explore, Explorers, testing::Values(Explorer::halving, Explorer::thompson));

RC_GTEST_PROP(Explore, NeverTakesMoreThanThreeQuartersOfWhatIsLeft, ()) {
  fake::WorldSetting setting = failing(0.6, 0.3);
  setting.generation_error = *rc::gen::element(0.02, 0.6);
  fake::Stage stage(setting);
  auto& budget = stage.study.budget;
  budget.explorer = *rc::gen::element(Explorer::halving, Explorer::thompson);
  budget.images = *rc::gen::inRange(1, 400);
  budget.initial_images = *rc::gen::inRange(1, 20);
  budget.rounds = *rc::gen::inRange(1, 5);
  budget.finalists = *rc::gen::inRange(1, 5);
  stage.context.spent.base = *rc::gen::inRange(0, 100);
  auto hypotheses = all_places(stage);
  const auto finalists = explore(stage.context, hypotheses);
  RC_ASSERT(finalists.ok());
  RC_ASSERT(stage.context.spent.explore <= std::max(0, budget.images - stage.context.spent.base) * 3 / 4);
  RC_ASSERT(finalists->size() <= static_cast<std::size_t>(budget.finalists));
  std::size_t tried = 0;
  for (const Hypothesis& hypothesis : hypotheses) tried += hypothesis.tried.size();
  RC_ASSERT(tried == static_cast<std::size_t>(stage.context.spent.explore));
}

TEST(Thompson, StopsWhereEnoughAreGoodAndSpendsNothingOnTheHopeless) {
  fake::Stage stage(failing(1, 1));
  stage.study.budget.explorer = Explorer::thompson;
  stage.study.budget.initial_images = 24;
  auto hypotheses = all_places(stage);
  EXPECT_EQ(explore(stage.context, hypotheses)->size(), 2U);
  EXPECT_EQ(stage.context.spent.explore, 5 * 24) << "the first round decided all";
}

TEST(Thompson, GivesWhatIsUndecidedMoreThanWhatIsClear) {
  fake::Stage stage(failing(0.35, 1));
  stage.study.budget.explorer = Explorer::thompson;
  auto hypotheses = all_places(stage);
  ASSERT_TRUE(explore(stage.context, hypotheses).ok());
  EXPECT_GT(hypotheses[0].tried.size(), hypotheses[1].tried.size());
}

TEST(Explore, AFewInvalidImagesDoNotEndAHypothesis) {
  fake::WorldSetting setting = failing(1, 1);
  setting.generation_error = 0.45;
  fake::Stage stage(setting);
  auto hypotheses = all_places(stage);
  ASSERT_TRUE(explore(stage.context, hypotheses).ok());
  for (const Hypothesis& hypothesis : hypotheses)
    EXPECT_NE(hypothesis.status, Status::not_generatable) << hypothesis.prompt;
}

TEST(Explore, SpendsNothingOnWhatCannotBeTested) {
  fake::Stage stage(failing(1, 1));
  auto hypotheses = all_places(stage);
  hypotheses[0].status = Status::underpowered;
  EXPECT_EQ(*explore(stage.context, hypotheses), std::vector<std::size_t>{1});
  EXPECT_EQ(hypotheses[0].status, Status::underpowered);
  EXPECT_TRUE(hypotheses[0].tried.empty());
}

TEST(Explore, OfNothingIsNothing) {
  fake::Stage stage;
  std::vector<Hypothesis> none;
  EXPECT_TRUE(explore(stage.context, none)->empty());
  EXPECT_EQ(stage.context.spent.total(), 0);
}

}  // namespace
}  // namespace scotoma
