// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/parts.h"

#include <gtest/gtest.h>

#include "fake/stage.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"

namespace scotoma {
namespace {

class PartsTest : public testing::Test {
 protected:
  /// A hypothesis that exploration has seen.
  Hypothesis explored(const Phrase& phrase, int failures, int valid) {
    Hypothesis h = stage_.hypothesis("fly", phrase.text);
    h.phrase = phrase;
    h.prompts = phrase_prompts(stage_.study.prompts, stage_.context.target("fly").label, phrase.pieces());
    h.prompt = h.prompts.front();
    h.source = Source::list;
    for (int i = 0; i < valid; ++i) {
      Sample sample;
      sample.judgement = {true, 1};
      sample.correct = i >= failures;
      sample.prediction.top = {{i < failures ? 1 : 0, 0.9F}};  // a bee, or a fly
      h.tried.push_back(sample);
    }
    h.explored = rate_of(h.tried, Direction::fails);
    return h;
  }
  Hypothesis explored(const std::string& text, int failures, int valid) {
    Phrase phrase;
    phrase.text = text;
    return explored(phrase, failures, valid);
  }
  static Phrase both(const std::string& front, const std::string& behind) {
    return conjunction({{front, true}, {behind, false}});
  }

  fake::Stage stage_;
};

TEST_F(PartsTest, APieceThatIsAHypothesisTooKeepsItsRateAndTheOtherIsGenerated) {
  std::vector<Hypothesis> all = {explored(both("dark", "on a flower"), 8, 8), explored("on a flower", 1, 8)};
  const auto going_on = compare_with_parts(stage_.context, all, {0});
  ASSERT_TRUE(going_on.ok());
  EXPECT_EQ(*going_on, std::vector<std::size_t>{0});
  ASSERT_EQ(all[0].part_rates.size(), 2U);
  EXPECT_EQ(all[0].part_rates[0].phrase, "dark");
  EXPECT_EQ(all[0].part_rates[0].rate.valid + all[0].part_rates[0].rate.invalid, stage_.study.budget.initial_images);
  EXPECT_EQ(all[0].part_rates[1].phrase, "on a flower");
  EXPECT_EQ(all[0].part_rates[1].rate.failures, 1);
  EXPECT_EQ(stage_.context.spent.explore, stage_.study.budget.initial_images);
}

TEST_F(PartsTest, AConjunctionDoesNotGoOnWhereAFinalistAmongItsPiecesFailsAsOften) {
  std::vector<Hypothesis> all = {explored(both("dark", "on a flower"), 8, 8), explored("on a flower", 7, 8)};
  const auto going_on = compare_with_parts(stage_.context, all, {0, 1});
  ASSERT_TRUE(going_on.ok());
  EXPECT_EQ(*going_on, std::vector<std::size_t>{1});
  EXPECT_EQ(all[0].status, Status::not_promising);
}

TEST_F(PartsTest, GeneratesNothingThatExplorationCannotPayFor) {
  stage_.study.budget.images = 2 * stage_.study.budget.initial_images;
  std::vector<Hypothesis> all = {explored(both("dark", "on a flower"), 8, 8)};
  ASSERT_TRUE(compare_with_parts(stage_.context, all, {0}).ok());
  EXPECT_EQ(all[0].part_rates.size(), 1U);
  EXPECT_EQ(stage_.context.spent.explore, stage_.study.budget.initial_images);
}

TEST_F(PartsTest, PhrasesOfOneListThatAreWeakAloneAreJoined) {
  stage_.study.prompts.base = {"a photo of {a label}", "a sketch of {a label}"};
  stage_.study.attributes = {fake::list("places", {"on a flower", "on the grass", "in the snow"})};
  std::vector<Hypothesis> all = {explored("on a flower", 3, 8), explored("on the grass", 4, 8),
                                 explored("in the snow", 0, 8), explored("in a kitchen", 3, 8)};
  const auto added = add_disjunctions(stage_.context, all, {fake::Stage::base("fly", 0, 48)});
  ASSERT_EQ(added, std::vector<std::size_t>{4});
  const Hypothesis& joint = all[4];
  EXPECT_EQ(joint.phrase.text, "on the grass or on a flower");
  EXPECT_EQ(joint.source, Source::either);
  EXPECT_EQ(joint.expected, "bee");
  EXPECT_EQ(joint.explored.failures, 7);
  EXPECT_EQ(joint.explored.valid, 16);
  EXPECT_EQ(joint.prompts,
            (std::vector<std::string>{"a photo of a fly on the grass", "a sketch of a fly on a flower",
                                      "a photo of a fly on a flower", "a sketch of a fly on the grass"}));
  EXPECT_EQ(joint.part_rates.size(), 2U);
  for (const std::size_t h : {0U, 1U}) EXPECT_NE(joint.prompt, all[h].prompt) << "their seeds must differ";
}

TEST_F(PartsTest, PhrasesInFrontAndBehindAreNotJoined) {
  AttributeList looks = fake::list("looks", {"dark", "blurry"}, true);
  looks.phrases.push_back({"in the rain", false});
  stage_.study.attributes = {looks};
  std::vector<Hypothesis> all = {explored("dark", 4, 8), explored("in the rain", 4, 8), explored("blurry", 3, 8)};
  for (const std::size_t h : {0U, 2U}) all[h].phrase.before = true;
  ASSERT_EQ(add_disjunctions(stage_.context, all, {fake::Stage::base("fly", 0, 48)}), std::vector<std::size_t>{3});
  EXPECT_EQ(all[3].phrase.text, "dark or blurry");
  EXPECT_TRUE(all[3].phrase.before);
}

TEST_F(PartsTest, NothingIsJoinedThatIsClearAloneOrOfAnotherAnswerOrNotClearTogether) {
  stage_.study.attributes = {fake::list("places", {"on a flower", "on the grass"})};
  const auto joined = [&](Hypothesis a, Hypothesis b) {
    std::vector<Hypothesis> all = {std::move(a), std::move(b)};
    return add_disjunctions(stage_.context, all, {fake::Stage::base("fly", 0, 48)}).size();
  };
  EXPECT_EQ(joined(explored("on a flower", 3, 8), explored("on the grass", 4, 8)), 1U);
  EXPECT_EQ(joined(explored("on a flower", 8, 8), explored("on the grass", 4, 8)), 0U);
  EXPECT_EQ(joined(explored("on a flower", 2, 8), explored("on the grass", 2, 8)), 0U);
  Hypothesis other = explored("on the grass", 4, 8);
  for (Sample& sample : other.tried) sample.prediction.top[0].label = 2;
  EXPECT_EQ(joined(explored("on a flower", 3, 8), other), 0U);
}

}  // namespace
}  // namespace scotoma
