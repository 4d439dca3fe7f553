#include "stage/explore.h"

#include <gtest/gtest.h>

#include <algorithm>

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
  auto hypotheses = all_places(stage);
  const auto finalists = explore(stage.context, hypotheses);
  ASSERT_TRUE(finalists.ok());
  EXPECT_EQ(*finalists, (std::vector<std::size_t>{1, 0}));
  for (std::size_t h = 2; h < hypotheses.size(); ++h) {
    EXPECT_EQ(hypotheses[h].status, Status::not_promising);
    EXPECT_EQ(hypotheses[h].explored.valid + hypotheses[h].explored.invalid, stage.study.budget.first_look);
  }
  // The second round doubled what the first drew.
  EXPECT_EQ(hypotheses[0].explored.valid + hypotheses[0].explored.invalid, 3 * stage.study.budget.first_look);
  EXPECT_EQ(stage.context.spent.explore, 5 * 8 + 2 * 16);
}

TEST(Explore, LetsNoMoreThanTheFinalistsThrough) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "", "bee", 0.9}};
  fake::Stage stage(setting);
  stage.study.budget.finalists = 2;
  auto hypotheses = all_places(stage);
  const auto finalists = *explore(stage.context, hypotheses);
  EXPECT_EQ(finalists.size(), 2U);
  const auto ended = std::count_if(hypotheses.begin(), hypotheses.end(),
                                   [](const auto& h) { return h.status == Status::not_promising; });
  EXPECT_EQ(ended, 3);
}

TEST(Explore, AHypothesisThatCannotBeDrawnEnds) {
  fake::WorldSetting setting;
  setting.drawing_error = 0.95;
  fake::Stage stage(setting);
  auto hypotheses = all_places(stage);
  EXPECT_TRUE(explore(stage.context, hypotheses)->empty());
  for (const Hypothesis& hypothesis : hypotheses) EXPECT_EQ(hypothesis.status, Status::undrawable);
}

TEST(Explore, SpendsHalfOfWhatIsLeftAndLeavesTheLastOut) {
  fake::Stage stage(failing(1, 1));
  stage.study.budget.images = 50;
  auto hypotheses = all_places(stage);
  const auto finalists = *explore(stage.context, hypotheses);
  EXPECT_EQ(stage.context.spent.explore, 3 * stage.study.budget.first_look);
  EXPECT_EQ(finalists, (std::vector<std::size_t>{0, 1})) << "what was seen must do where a second round costs too much";
  EXPECT_EQ(hypotheses[2].status, Status::not_promising);
  for (std::size_t h = 3; h < 5; ++h) {
    EXPECT_EQ(hypotheses[h].status, Status::out_of_budget);
    EXPECT_TRUE(hypotheses[h].tried.empty());
  }
}

TEST(Explore, AFewInvalidPicturesDoNotEndAHypothesis) {
  fake::WorldSetting setting = failing(1, 1);
  setting.drawing_error = 0.45;
  fake::Stage stage(setting);
  auto hypotheses = all_places(stage);
  ASSERT_TRUE(explore(stage.context, hypotheses).ok());
  for (const Hypothesis& hypothesis : hypotheses) EXPECT_NE(hypothesis.status, Status::undrawable) << hypothesis.prompt;
}

TEST(Explore, SpendsNothingOnWhatCannotBeTested) {
  fake::Stage stage(failing(1, 1));
  auto hypotheses = all_places(stage);
  hypotheses[0].status = Status::untestable;
  EXPECT_EQ(*explore(stage.context, hypotheses), std::vector<std::size_t>{1});
  EXPECT_EQ(hypotheses[0].status, Status::untestable);
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
