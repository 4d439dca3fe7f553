// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/combine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fake/lists.h"
#include "fake/stage.h"

namespace scotoma {
namespace {

/// Flies are misclassified as bees where it is dark and on a flower; neither alone does it.
fake::WorldSetting dark_and_on_a_flower() {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry"};
  setting.rules = {{"fly", "on a flower", "bee", 0.95, "dark"}};
  setting.base_error = 0;
  return setting;
}

TEST(FromLists, AloneTakesEveryPhraseOfEveryListInTurnAndGeneratesNothing) {
  fake::Stage stage;
  stage.study.attributes = fake::kLists;
  auto bases = fake::bases_of({"fly", "cow"});
  bases[1].not_generatable = true;
  const auto all = from_lists(stage.context, bases);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(fake::texts(*all, "fly"), (std::vector<std::string>{"on a flower", "dark", "at night", "in the snow",
                                                                "blurry", "at noon", "on the grass"}));
  EXPECT_TRUE(fake::texts(*all, "cow").empty());
  EXPECT_EQ(stage.context.spent.total(), 0);
  EXPECT_EQ(stage.world.calls(), 0U);
}

TEST(FromLists, ScreeningFindsThePairThatNeitherPartExplains) {
  fake::Stage stage(dark_and_on_a_flower());
  stage.study.attributes = fake::kLists;
  stage.study.search.interaction_strength = 2;
  const auto all = from_lists(stage.context, fake::bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  const Listed& best = all->front();
  EXPECT_EQ(best.phrase.text, "dark, on a flower");
  EXPECT_EQ(best.expected, "bee");
  EXPECT_EQ(best.phrase.pieces(), (std::vector<PhrasePart>{{"dark", true}, {"on a flower", false}}));
  const auto found = fake::texts(*all, "fly");
  for (const char* part : {"dark", "on a flower"}) EXPECT_EQ(std::count(found.begin(), found.end(), part), 1) << part;
  for (const char* seen : {"in the snow", "on the grass", "blurry"}) {
    EXPECT_EQ(std::count(found.begin(), found.end(), seen), 0) << seen << ": images enough, and none failed";
  }
  EXPECT_GT(stage.context.spent.explore, 0);
  EXPECT_EQ(static_cast<std::size_t>(stage.context.spent.explore), stage.world.answered("generator"));
}

TEST(FromLists, APhraseThatExplainsAlonePutsNoCombinationForward) {
  auto setting = dark_and_on_a_flower();
  setting.rules = {{"fly", "", "bee", 1, "dark"}};
  fake::Stage stage(setting);
  stage.study.attributes = fake::kLists;
  stage.study.search.interaction_strength = 2;
  const auto all = from_lists(stage.context, fake::bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().phrase.text, "dark");
  for (const auto& text : fake::texts(*all, "fly")) EXPECT_EQ(text.find("dark, "), std::string::npos) << text;
}

TEST(FromLists, AFailureBesideThePairDoesNotHideItBehindItsPart) {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry", "black and white", "old"};
  setting.rules = {{"fly", "on a flower", "bee", 1, "dark"}, {"fly", "on a flower", "bee", 1, "blurry"}};
  setting.base_error = setting.generation_error = setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.attributes = {fake::list("places", {"on a flower", "in the snow", "on the grass"}),
                            fake::list("looks", setting.looks, true)};
  stage.study.search.interaction_strength = 2;
  stage.study.budget.screen = 1;
  const auto all = from_lists(stage.context, fake::bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(stage.context.spent.explore, 3 * 4) << "one image of each row";
  const auto found = fake::texts(*all, "fly");
  for (const char* pair : {"dark, on a flower", "blurry, on a flower"})
    EXPECT_EQ(std::count(found.begin(), found.end(), pair), 1) << pair;
}

TEST(FromLists, WhatFailsOnlyBesideAPhraseThatExplainsItIsCleared) {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry", "black and white", "old"};
  setting.rules = {{"fly", "on a flower", "bee", 1}};
  setting.base_error = setting.generation_error = setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.attributes = {fake::list("places", setting.places), fake::list("looks", setting.looks, true)};
  stage.study.search.interaction_strength = 2;
  stage.study.budget.screen = 1;
  const auto all = from_lists(stage.context, fake::bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(fake::texts(*all, "fly"), (std::vector<std::string>{"on a flower"}))
      << "each look failed there, and only there";
}

TEST(FromLists, AFailureThatNothingBesideItExplainsIsNotCleared) {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry"};
  setting.rules = {{"fly", "on a flower", "bee", 1}, {"fly", "in the snow", "cow", 1, "dark"}};
  setting.base_error = setting.generation_error = setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.attributes = {fake::list("places", setting.places), fake::list("looks", setting.looks, true),
                            fake::list("times", {"at night", "at noon"})};
  stage.study.search.interaction_strength = 3;
  stage.study.budget.screen = 1;
  const auto all = from_lists(stage.context, fake::bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  const auto found = fake::texts(*all, "fly");
  const auto says = [&](const char* text) { return std::count(found.begin(), found.end(), text); };
  EXPECT_EQ(says("on a flower"), 1);
  EXPECT_EQ(says("dark"), 1) << "in the snow it fails, and snow alone does not";
  for (const char* cleared : {"blurry", "at night", "at noon"})
    EXPECT_EQ(says(cleared), 0) << cleared << " fails on a flower, at night too where it is dark in the snow";
}

TEST(FromLists, AShortcutOfOtherLabelsIsTriedOnAllLabels) {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry", "old"};
  setting.rules = {
      {"fly", "on a flower", "bee", 1}, {"cat", "on a flower", "bee", 1}, {"cat", "in the snow", "cow", 1}};
  setting.base_error = setting.generation_error = setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.attributes = {fake::list("places", setting.places), fake::list("looks", setting.looks, true)};
  stage.study.search.interaction_strength = 2;
  stage.study.budget.screen = 1;
  auto bases = fake::bases_of({"fly", "cat", "cow", "bee"});
  const auto all = from_lists(stage.context, bases);
  ASSERT_TRUE(all.ok());
  // Of the other three labels, two fail on a flower and one in the snow: 2/3 and 1/3 of the images. Bees are bees
  // there.
  EXPECT_EQ(fake::texts(*all, "cow"), (std::vector<std::string>{"on a flower", "in the snow"}));
  EXPECT_EQ(fake::texts(*all, "cat"), (std::vector<std::string>{"on a flower", "in the snow"}));
  bases[0].failing_label = bases[1].failing_label = true;  // what they show then is not the same event
  const auto apart = from_lists(stage.context, bases);
  ASSERT_TRUE(apart.ok());
  EXPECT_TRUE(fake::texts(*apart, "cow").empty());
}

TEST(FromLists, ARowThatOnlyShowedInvalidImagesIsGeneratedOnceMore) {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry", "old"};
  setting.generation_error = 1;
  setting.judge_error = 0;
  for (const int images : {4000, 44, 30}) {
    fake::Stage stage(setting);
    stage.study.attributes = {fake::list("places", setting.places), fake::list("looks", setting.looks, true)};
    stage.study.search.interaction_strength = 2;
    stage.study.budget.screen = 1;
    stage.study.budget.images = images;
    ASSERT_TRUE(from_lists(stage.context, fake::bases_of({"fly"})).ok());
    EXPECT_EQ(stage.context.spent.explore, std::min(2 * 5 * 3, images / 2)) << images;
  }
}

TEST(FromLists, ScreeningTakesAtMostHalfOfWhatIsLeftAndSaysWhatItLeavesOut) {
  for (const int images : {0, 3, 4, 40, 200, 4000}) {
    fake::Stage stage(dark_and_on_a_flower());
    stage.study.attributes = fake::kLists;
    stage.study.search.interaction_strength = 3;
    stage.study.budget.images = images;
    const auto all = from_lists(stage.context, fake::bases_of({"fly", "cow"}));
    ASSERT_TRUE(all.ok());
    EXPECT_LE(stage.context.spent.explore, images / 2) << images;
    const std::size_t triples = 3 * 2 * 2;
    EXPECT_EQ(stage.context.limits.empty(), static_cast<std::size_t>(images) / 4 >= triples) << images;
    if (images < 40) {
      EXPECT_EQ(fake::texts(*all, "fly").size(), 7U) << images << ": too few images to drop a phrase";
    }
  }
}

TEST(FromLists, PhrasesOfAListThatIsNotCombinedComeAloneAndAreNotScreened) {
  auto setting = dark_and_on_a_flower();
  setting.rules = {{"fly", "on a flower", "bee", 1, "dark"}};
  setting.generation_error = setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.attributes = {fake::kLists[2], fake::kLists[0], fake::kLists[1]};
  stage.study.attributes[0].combinable = false;
  stage.study.search.interaction_strength = 2;
  stage.study.budget.screen = 1;
  const auto all = from_lists(stage.context, fake::bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().phrase.text, "dark, on a flower");
  EXPECT_EQ(stage.context.spent.explore, 3 * 2);
  const auto found = fake::texts(*all, "fly");
  for (const char* alone : {"at night", "at noon"})
    EXPECT_EQ(std::count(found.begin(), found.end(), alone), 1) << alone;
  for (const auto& text : found) EXPECT_EQ(text.find(", at n"), std::string::npos) << text;
}

}  // namespace
}  // namespace scotoma
