// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/combine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fake/stage.h"

namespace scotoma {
namespace {

const std::vector<AttributeList> kLists = {fake::list("places", {"on a flower", "in the snow", "on the grass"}),
                                           fake::list("looks", {"dark", "blurry"}, true),
                                           fake::list("times", {"at night", "at noon"})};

/// Flies are misclassified as bees where it is dark and on a flower; neither alone does it.
fake::WorldSetting dark_and_on_a_flower() {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry"};
  setting.rules = {{"fly", "on a flower", "bee", 0.95, "dark"}};
  setting.base_error = 0;
  return setting;
}

std::vector<std::string> texts(const std::vector<Listed>& all, const std::string& label) {
  std::vector<std::string> found;
  for (const Listed& one : all) {
    if (one.label == label) found.push_back(one.phrase.text);
  }
  return found;
}

std::vector<BaseResult> bases_of(const std::vector<std::string>& labels) {
  std::vector<BaseResult> bases;
  for (const auto& label : labels) bases.push_back(fake::Stage::base(label, 0, 48));
  return bases;
}

TEST(FromLists, AloneTakesEveryPhraseOfEveryListInTurnAndGeneratesNothing) {
  fake::Stage stage;
  stage.study.attributes = kLists;
  auto bases = bases_of({"fly", "cow"});
  bases[1].not_generatable = true;
  const auto all = from_lists(stage.context, bases);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(texts(*all, "fly"), (std::vector<std::string>{"on a flower", "dark", "at night", "in the snow", "blurry",
                                                          "at noon", "on the grass"}));
  EXPECT_TRUE(texts(*all, "cow").empty());
  EXPECT_EQ(stage.context.spent.total(), 0);
  EXPECT_EQ(stage.world.calls(), 0U);
}

TEST(FromLists, ScreeningFindsThePairThatNeitherPartExplains) {
  fake::Stage stage(dark_and_on_a_flower());
  stage.study.attributes = kLists;
  stage.study.search.interaction_strength = 2;
  const auto all = from_lists(stage.context, bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  const Listed& best = all->front();
  EXPECT_EQ(best.phrase.text, "dark, on a flower");
  EXPECT_EQ(best.expected, "bee");
  EXPECT_EQ(best.phrase.pieces(), (std::vector<PhrasePart>{{"dark", true}, {"on a flower", false}}));
  const auto found = texts(*all, "fly");
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
  stage.study.attributes = kLists;
  stage.study.search.interaction_strength = 2;
  const auto all = from_lists(stage.context, bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().phrase.text, "dark");
  for (const auto& text : texts(*all, "fly")) EXPECT_EQ(text.find("dark, "), std::string::npos) << text;
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
  const auto all = from_lists(stage.context, bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(stage.context.spent.explore, 3 * 4) << "one image of each row";
  const auto found = texts(*all, "fly");
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
  const auto all = from_lists(stage.context, bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(texts(*all, "fly"), (std::vector<std::string>{"on a flower"})) << "each look failed there, and only there";
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
  const auto all = from_lists(stage.context, bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  const auto found = texts(*all, "fly");
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
  auto bases = bases_of({"fly", "cat", "cow", "bee"});
  const auto all = from_lists(stage.context, bases);
  ASSERT_TRUE(all.ok());
  // Of the other three labels, two fail on a flower and one in the snow: 2/3 and 1/3 of the images. Bees are bees
  // there.
  EXPECT_EQ(texts(*all, "cow"), (std::vector<std::string>{"on a flower", "in the snow"}));
  EXPECT_EQ(texts(*all, "cat"), (std::vector<std::string>{"on a flower", "in the snow"}));
  bases[0].failing_label = bases[1].failing_label = true;  // what they show then is not the same event
  const auto apart = from_lists(stage.context, bases);
  ASSERT_TRUE(apart.ok());
  EXPECT_TRUE(texts(*apart, "cow").empty());
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
    ASSERT_TRUE(from_lists(stage.context, bases_of({"fly"})).ok());
    EXPECT_EQ(stage.context.spent.explore, std::min(2 * 5 * 3, images / 2)) << images;
  }
}

TEST(FromLists, ScreeningTakesAtMostHalfOfWhatIsLeftAndSaysWhatItLeavesOut) {
  for (const int images : {0, 3, 4, 40, 200, 4000}) {
    fake::Stage stage(dark_and_on_a_flower());
    stage.study.attributes = kLists;
    stage.study.search.interaction_strength = 3;
    stage.study.budget.images = images;
    const auto all = from_lists(stage.context, bases_of({"fly", "cow"}));
    ASSERT_TRUE(all.ok());
    EXPECT_LE(stage.context.spent.explore, images / 2) << images;
    const std::size_t triples = 3 * 2 * 2;
    EXPECT_EQ(stage.context.limits.empty(), static_cast<std::size_t>(images) / 4 >= triples) << images;
    if (images < 40) {
      EXPECT_EQ(texts(*all, "fly").size(), 7U) << images << ": too few images to drop a phrase";
    }
  }
}

TEST(FromLists, PhrasesOfAListThatIsNotCombinedComeAloneAndAreNotScreened) {
  auto setting = dark_and_on_a_flower();
  setting.rules = {{"fly", "on a flower", "bee", 1, "dark"}};
  setting.generation_error = setting.judge_error = 0;
  fake::Stage stage(setting);
  stage.study.attributes = {kLists[2], kLists[0], kLists[1]};
  stage.study.attributes[0].combinable = false;
  stage.study.search.interaction_strength = 2;
  stage.study.budget.screen = 1;
  const auto all = from_lists(stage.context, bases_of({"fly"}));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().phrase.text, "dark, on a flower");
  EXPECT_EQ(stage.context.spent.explore, 3 * 2);
  const auto found = texts(*all, "fly");
  for (const char* alone : {"at night", "at noon"})
    EXPECT_EQ(std::count(found.begin(), found.end(), alone), 1) << alone;
  for (const auto& text : found) EXPECT_EQ(text.find(", at n"), std::string::npos) << text;
}

TEST(AtRandom, JoinsNoPhraseOfAListThatIsNotCombined) {
  Study study = fake::study_of({}, {"fly"});
  study.attributes = {kLists[2], kLists[0], kLists[1]};
  study.attributes[0].combinable = false;
  study.search.interaction_strength = 2;
  study.evidence.max_hypotheses = 100;
  std::set<std::string> found;
  for (const Listed& one : at_random(study, bases_of({"fly"}))) found.insert(one.phrase.text);
  EXPECT_EQ(found.size(), 2U + 3U + 2U + 3U * 2U);
  EXPECT_TRUE(found.contains("at night"));
  EXPECT_TRUE(found.contains("dark, on the grass"));
}

TEST(AtRandom, GeneratesDifferentCombinationsOfDifferentListsTheSameForTheSameSeed) {
  Study study = fake::study_of({}, {"fly", "cow"});
  study.attributes = kLists;
  study.search.interaction_strength = 2;
  study.evidence.max_hypotheses = 10;
  const auto bases = bases_of({"fly", "cow"});
  const auto one = at_random(study, bases);
  EXPECT_EQ(texts(one, "fly"), texts(at_random(study, bases), "fly"));
  EXPECT_EQ(one.size(), 20U);
  const auto flies = texts(one, "fly");
  EXPECT_EQ(std::set<std::string>(flies.begin(), flies.end()).size(), 10U);
  EXPECT_NE(flies, texts(one, "cow"));
  study.seed = 2;
  EXPECT_NE(flies, texts(at_random(study, bases), "fly"));
  for (const Listed& listed : one) EXPECT_LE(listed.phrase.pieces().size(), 2U);
}

TEST(AtRandom, TakesThemAllWhereTheCapAllowsAndEachEquallyOften) {
  Study study = fake::study_of({}, {"fly"});
  study.attributes = kLists;
  study.search.interaction_strength = 3;
  const auto bases = bases_of({"fly"});
  study.evidence.max_hypotheses = 1000;
  const std::size_t total = 7 + (6 + 6 + 4) + 12;
  const auto all = texts(at_random(study, bases), "fly");
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), total);
  study.evidence.max_hypotheses = 1;
  std::map<std::string, int> firsts;
  const int draws = 100 * static_cast<int>(total);
  for (int seed = 1; seed <= draws; ++seed) {
    study.seed = static_cast<std::uint64_t>(seed);
    ++firsts[texts(at_random(study, bases), "fly").at(0)];
  }
  EXPECT_EQ(firsts.size(), total);
  for (const auto& [text, count] : firsts) {  // 100 expected, standard deviation 10
    EXPECT_GT(count, 50) << text;
    EXPECT_LT(count, 150) << text;
  }
}

}  // namespace
}  // namespace scotoma
