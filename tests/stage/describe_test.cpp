// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/describe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "fake/stage.h"
#include "scotoma/stage/cluster.h"
#include "scotoma/stage/sample.h"
#include "scotoma/stage/trial.h"

namespace scotoma {
namespace {

Vocabulary vocabulary(const std::string& label,
                      const std::vector<std::string>& classes = {"bee", "cat", "cow", "fly", "traffic light",
                                                                 "bookcase", "goldfish, Carassius auratus"}) {
  return vocabulary_of({label, label, "", {}}, PromptOptions(), classes);
}

struct Spans {
  std::string label;
  std::string caption;
  std::set<std::string> before;
  std::set<std::string> after;
};

const Spans kSpans[] = {
    {"fly", "a photo of a fly on a flower", {}, {"on a flower"}},
    {"fly", "A photo of a fly on a flower.", {}, {"on a flower"}},
    {"fly", "a photo of a fly", {}, {}},
    {"fly", "", {}, {}},
    {"fly", "fly", {}, {}},
    {"cat", "a dark photo of a cat at night", {"dark"}, {"at night"}},
    {"cow",
     "a black and white photo of a cow in front of a brick wall in the rain",
     {"black and white"},
     {"in front of a brick wall", "in front of a brick wall in the rain", "in the rain"}},
    {"fly", "a blurry close-up photo of a fly", {"blurry", "close-up", "blurry close-up"}, {}},
    // What the classifier takes it for is no explanation, but the place still is.
    {"fly", "a photo of a bee on a flower", {}, {"on a flower"}},
    // The label wins over what stands before it.
    {"fly", "a bee near a fly on a leaf", {"bee"}, {"on a leaf"}},
    {"fly", "two flies on a flower", {}, {"on a flower"}},
    {"fly", "a fly sitting on a flower", {}, {"sitting", "sitting on a flower", "on a flower"}},
    {"fly", "a fly is on a flower", {}, {"on a flower"}},
    {"cow", "a cow on a wooden table", {}, {"on a wooden table"}},  // never "on a wooden"
    {"cow", "a cow next to a barn", {}, {"next to a barn"}},
    {"traffic light", "a photo of traffic lights at dusk", {}, {"at dusk"}},
    // Without any subject, from the first preposition on.
    {"fly", "some petals in a garden", {}, {"in a garden"}},
    {"fly", "a close up of", {}, {}},
    // Each of a class' names is one; what stands behind a preposition is a place, whatever classes there are.
    {"fly", "a dark photo of a goldfish in a bowl", {"dark"}, {"in a bowl"}},
    {"fly", "a puppy on a bookcase", {}, {"on a bookcase"}},
};

TEST(SpansOf, FindsWhatCouldExplain) {
  for (const Spans& one : kSpans) {
    std::set<std::string> before;
    std::set<std::string> after;
    for (const Phrase& phrase : find_spans(one.caption, vocabulary(one.label))) {
      EXPECT_TRUE((phrase.before ? before : after).insert(phrase.text).second) << "twice: " << phrase.text;
    }
    EXPECT_EQ(before, one.before) << one.caption;
    EXPECT_EQ(after, one.after) << one.caption;
  }
}

std::vector<std::string> repeated(std::size_t count, const std::string& text) {
  return std::vector<std::string>(count, text);
}

std::vector<std::string> together(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Phrase> told_apart(const std::vector<std::string>& cluster, const std::vector<std::string>& others) {
  return contrast(count_spans(cluster, vocabulary("fly")), count_spans(others, vocabulary("fly")));
}

TEST(Contrast, PutsThePhraseThatTellsThemApartFirst) {
  const auto cluster = together(repeated(9, "a photo of a fly on a flower"), {"a photo of a fly in the snow"});
  const auto others = together(repeated(10, "a photo of a fly in the snow"), {"a photo of a fly on a flower"});
  const auto phrases = told_apart(cluster, others);
  ASSERT_EQ(phrases.size(), 1U);  // "in the snow" is more frequent outside
  EXPECT_EQ(phrases[0].text, "on a flower");
  EXPECT_EQ(phrases[0].in_cluster, 9);
  EXPECT_EQ(phrases[0].cluster_captions, 10);
  EXPECT_EQ(phrases[0].in_contrast, 1);
  EXPECT_EQ(phrases[0].contrast_captions, 11);
  EXPECT_GT(phrases[0].score, 2);
}

TEST(Contrast, DropsLongerPhrasesThatAShorterOneExplains) {
  const auto cluster = repeated(8, "a fly sitting on a flower in the sun");
  const auto phrases = told_apart(cluster, repeated(8, "a fly sitting on a wall"));
  std::set<std::string> texts;
  for (const Phrase& phrase : phrases) texts.insert(phrase.text);
  EXPECT_EQ(texts, (std::set<std::string>{"on a flower", "in the sun"}));
}

TEST(Contrast, OfNoCaptionsIsEmpty) { EXPECT_TRUE(told_apart({}, repeated(3, "a fly on a leaf")).empty()); }

TEST(Contrast, WithoutAContrastGroupKeepsThePhrasesWithoutAScore) {
  const auto phrases = told_apart(repeated(3, "a fly on a leaf"), {});
  ASSERT_EQ(phrases.size(), 1U);
  EXPECT_EQ(phrases[0].score, 0);
  EXPECT_FALSE(std::signbit(phrases[0].score));
}

std::vector<Phrase> pairs_told_apart(const std::vector<std::string>& cluster, const std::vector<std::string>& others) {
  return contrast_pairs(count_spans(cluster, vocabulary("fly")), count_spans(others, vocabulary("fly")));
}

TEST(ContrastPairs, FindsWhatHoldsOnlyTogether) {
  const auto cluster = repeated(6, "a dark photo of a fly on a flower");
  const auto others =
      together(repeated(8, "a dark photo of a fly in the snow"), repeated(8, "a photo of a fly on a flower"));
  const auto pairs = pairs_told_apart(cluster, others);
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].text, "dark, on a flower");
  EXPECT_EQ(pairs[0].pieces(), (std::vector<PhrasePart>{{"dark", true}, {"on a flower", false}}));
  EXPECT_EQ(pairs[0].in_cluster, 6);
  EXPECT_EQ(pairs[0].in_contrast, 0);
}

TEST(ContrastPairs, AreNoneWhereOnePartExplainsAsMuch) {
  const auto cluster = repeated(6, "a dark photo of a fly on a flower");
  EXPECT_TRUE(pairs_told_apart(cluster, repeated(8, "a dark photo of a fly in the snow")).empty());
  EXPECT_TRUE(pairs_told_apart(cluster, {}).empty());
}

/// A hypothesis "dark" of the fly in a world where that takes a flower too, with images that explored it.
Hypothesis dark_fly(fake::Stage& stage) {
  Hypothesis dark = stage.hypothesis("fly", "dark");
  dark.phrase.before = true;
  dark.prompts = phrase_prompts(stage.study.prompts, stage.context.target("fly").label, "dark", true);
  dark.prompt = dark.prompts.front();
  dark.tried = sample_trials(stage.context, {trial_of(dark)}, Purpose::exploration, 0, 48)->front();
  return dark;
}

fake::WorldSetting dark_on_a_flower_fails() {
  fake::WorldSetting setting;
  setting.looks = {"dark"};
  setting.rules = {{"fly", "on a flower", "bee", 0.95, "dark"}};
  return setting;
}

TEST(DescribeMore, NamesWhatElseMustHold) {
  fake::Stage stage(dark_on_a_flower_fails(), {"fly"});
  const auto more = describe_more(stage.context, stage.memo, dark_fly(stage));
  ASSERT_TRUE(more.ok());
  ASSERT_FALSE(more->empty());
  EXPECT_EQ(more->front().text, "dark, on a flower");
  EXPECT_EQ(more->front().parts.size(), 2U);
  EXPECT_GT(more->front().score, 3);
}

TEST(DescribeMore, SaysNothingWhereNothingElseMatters) {
  auto setting = dark_on_a_flower_fails();
  setting.rules = {{"fly", "", "bee", 0.5, "dark"}};
  fake::Stage stage(setting, {"fly"});
  const auto more = describe_more(stage.context, stage.memo, dark_fly(stage));
  ASSERT_TRUE(more.ok());
  for (const Phrase& phrase : *more) EXPECT_LT(phrase.score, 2) << phrase.text;
}

TEST(DescribeMore, NeedsImagesOfBothKinds) {
  auto setting = dark_on_a_flower_fails();
  setting.rules = {{"fly", "", "bee", 1, "dark"}};
  fake::Stage stage(setting, {"fly"});
  const auto more = describe_more(stage.context, stage.memo, dark_fly(stage));
  ASSERT_TRUE(more.ok());
  EXPECT_TRUE(more->empty());
}

TEST(Describe, NamesThePlaceWhereTheLabelFails) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", 0.95}};
  fake::Stage stage(setting, {"fly"});
  stage.study.search.captions = 5;
  const auto bases = *sample_bases(stage.context);
  auto clusters = *cluster(stage.context, stage.memo, bases[0]);
  ASSERT_FALSE(clusters.empty());
  const auto phrases = describe(stage.context, stage.memo, clusters, bases[0]);
  ASSERT_TRUE(phrases.ok());
  ASSERT_EQ(phrases->size(), clusters.size());
  ASSERT_FALSE(phrases->front().empty());
  EXPECT_EQ(phrases->front().front().text, "on a flower");
  EXPECT_EQ(clusters[0].captions.size(), 5U);
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    EXPECT_EQ(clusters[i].captions.size(), std::min<std::size_t>(clusters[i].members.size(), 5));
    EXPECT_LE((*phrases)[i].size(), static_cast<std::size_t>(stage.study.search.phrases));
  }
}

}  // namespace
}  // namespace scotoma
