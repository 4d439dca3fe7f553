// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shrink.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "scotoma/finding/count.h"
#include "scotoma/stage/shorten.h"
#include "scotoma/study/prompt.h"
#include "simulation/world.h"

namespace scotoma {
namespace {

constexpr double kNull = 0.2;

/// A label whose images fail with `rate` where the prompt holds all the words of a cause, and rarely otherwise.
class Planted {
 public:
  explicit Planted(std::vector<std::string> cause, double rate = 0.95, std::uint64_t seed = 1)
      : cause_(std::move(cause)), rate_(rate) {
    label_ = world.add_label({{0.03}});
    world.study.seed = seed;
    world.truth.paired = 0;  // the hard case: seeds do not help
  }

  Hypothesis hypothesis(const Phrase& phrase) {
    plant(phrase);
    Hypothesis result;
    result.label = label_;
    result.phrase = phrase;
    result.id = slug(label_ + " " + phrase.text);
    result.prompts = phrase_prompts(world.study.prompts, world.targets[0].label, phrase.pieces());
    result.prompt = result.prompts.front();
    result.null_rate = kNull;
    return result;
  }

  Hypothesis hypothesis(const std::string& text) {
    Phrase phrase;
    phrase.text = text;
    return hypothesis(phrase);
  }

  Result<std::vector<std::size_t>> shrink(std::vector<Hypothesis>& hypotheses, const TextEmbedding& embed = {}) {
    std::vector<std::size_t> finalists;
    for (std::size_t h = 0; h < hypotheses.size(); ++h) {
      if (hypotheses[h].status == Status::not_promising) continue;
      finalists.push_back(h);
    }
    return scotoma::shrink(context, hypotheses, finalists, embed);
  }

  simulation::World world;
  simulation::CoinSampler sampler{world.truth, 5};
  Silent progress;
  StageContext context{world.study, world.targets, world.class_names, sampler, progress};

 private:
  /// Chances of the phrase and of whatever may be left of it.
  void plant(const Phrase& phrase) {
    const Shortening words(phrase);
    std::vector<Shortening::Removed> all = {Shortening::Removed(words.words(), false)};
    for (const auto& level : words.levels()) {
      for (const auto& unit : level) {
        const auto before = all;
        for (auto removed : before) {
          for (const std::size_t i : unit) removed[i] = true;
          all.push_back(removed);
        }
      }
    }
    for (const auto& removed : all) {
      const auto left = words.without(removed);
      if (!left) continue;
      const bool whole = std::all_of(cause_.begin(), cause_.end(), [&](const std::string& word) {
        return (" " + left->text + " ").find(word) != std::string::npos;
      });
      for (const auto& prompt : phrase_prompts(world.study.prompts, world.targets[0].label, left->pieces()))
        world.truth.prompts[prompt] = {whole ? rate_ : 0.03};
    }
  }

  std::vector<std::string> cause_;
  double rate_;
  std::string label_;
};

TEST(Shrink, FindsThePlantedCauseNearlyAlways) {
  const std::string whole = "on a red wooden table in the snow near a house";
  for (const auto& [cause, text] : {std::pair{std::vector<std::string>{"snow"}, "in the snow"},
                                    {{"table", "snow"}, "on a table in the snow"},
                                    {{"red"}, "on a red table"},
                                    {{"house"}, "near a house"}}) {
    int exact = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Planted planted(cause, 0.95, seed);
      std::vector<Hypothesis> hypotheses = {planted.hypothesis(whole)};
      ASSERT_TRUE(planted.shrink(hypotheses).ok());
      exact += hypotheses[0].phrase.text == text ? 1 : 0;
    }
    EXPECT_GE(exact, 95) << text;
  }
}

TEST(Shrink, OfEqualRatesTheShorterStays) {
  int short_ones = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Planted planted({}, 0.8, seed);
    std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a red table in the snow")};
    ASSERT_TRUE(planted.shrink(hypotheses).ok());
    short_ones += std::ranges::count(hypotheses[0].phrase.text, ' ') == 2 ? 1 : 0;  // three words
  }
  EXPECT_GE(short_ones, 78) << "at 80 % about one in seven cannot be shown to fail as often";
}

TEST(Shrink, EverythingOfTheHypothesisFollowsTheWords) {
  Planted planted({"snow"});
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a table in the snow"),
                                        planted.hypothesis("near a tree")};
  const Hypothesis untouched = hypotheses[1];
  const auto staying = planted.shrink(hypotheses);
  ASSERT_TRUE(staying.ok());
  EXPECT_EQ(*staying, (std::vector<std::size_t>{0, 1}));
  const Hypothesis& shrunk = hypotheses[0];
  EXPECT_EQ(shrunk.phrase.text, "in the snow");
  EXPECT_EQ(shrunk.shrunk_from, "on a table in the snow");
  EXPECT_EQ(shrunk.id, "thing-1-in-the-snow");
  EXPECT_EQ(shrunk.prompt, "a photo of a thing 1 in the snow");
  EXPECT_EQ(shrunk.prompts, std::vector<std::string>{shrunk.prompt});
  EXPECT_GE(shrunk.explored.valid, kShrinkLeast);
  EXPECT_LE(shrunk.explored.valid, planted.world.study.budget.shrink);
  for (const Sample& sample : shrunk.tried) EXPECT_EQ(sample.request.prompt, shrunk.prompt);
  ASSERT_FALSE(shrunk.shrink_steps.empty());
  const auto kept = std::ranges::find_if(shrunk.shrink_steps, [](const auto& step) { return step.kept; });
  ASSERT_NE(kept, shrunk.shrink_steps.end());
  EXPECT_EQ(kept->phrase, "in the snow");
  EXPECT_EQ(kept->without, "on a table");
  EXPECT_EQ(hypotheses[1].prompt, untouched.prompt);
  EXPECT_TRUE(hypotheses[1].shrink_steps.empty()) << "of 'near a tree' nothing can be taken out";
}

TEST(Shrink, MergesWhatShrinksToTheSameWords) {
  Planted planted({"snow"});
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("in the snow"), planted.hypothesis("on a table in the snow"),
                                        planted.hypothesis("near a tree"),
                                        planted.hypothesis("in the snow near a tree"),
                                        planted.hypothesis("in the cold snow")};
  hypotheses[0].status = Status::not_promising;
  const auto staying = planted.shrink(hypotheses);
  ASSERT_TRUE(staying.ok());
  EXPECT_EQ(*staying, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(hypotheses[1].phrase.text, "in the snow");
  EXPECT_EQ(hypotheses[1].merged, (std::vector<std::string>{"in the snow near a tree", "in the cold snow"}));
  for (const std::size_t h : {0U, 3U, 4U}) EXPECT_EQ(hypotheses[h].status, Status::merged) << h;
  EXPECT_EQ(hypotheses[3].phrase.text, "in the snow near a tree");
  EXPECT_EQ(hypotheses[1].id, "thing-1-in-the-snow") << "who stays has the plain id";
  EXPECT_EQ(hypotheses[0].id, "thing-1-in-the-snow-2");
  std::set<std::string> ids;
  for (const Hypothesis& hypothesis : hypotheses) EXPECT_TRUE(ids.insert(hypothesis.id).second) << hypothesis.id;
}

TEST(Shrink, AFinalistThatHadTheWordsAllAlongStaysInThePlaceOfTheBest) {
  Planted planted({"snow"});
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a table in the snow"), planted.hypothesis("near a tree"),
                                        planted.hypothesis("in the snow")};
  EXPECT_EQ(*planted.shrink(hypotheses), (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(hypotheses[2].merged, std::vector<std::string>{"on a table in the snow"});
  EXPECT_EQ(hypotheses[0].status, Status::merged);
  EXPECT_TRUE(hypotheses[2].shrunk_from.empty());
}

TEST(Shrink, KeepsBothPiecesOfAConjunctionThatNeedsBothAndNoOthers) {
  Planted planted({"dark", "plate"});
  Phrase phrase;
  phrase.text = "dark, on a plate, in the snow";
  phrase.before = true;
  phrase.parts = {{"dark", true}, {"on a plate", false}, {"in the snow", false}};
  std::vector<Hypothesis> hypotheses = {planted.hypothesis(phrase)};
  ASSERT_TRUE(planted.shrink(hypotheses).ok());
  EXPECT_EQ(hypotheses[0].phrase.text, "dark, on a plate");
  EXPECT_EQ(hypotheses[0].phrase.parts, (std::vector<PhrasePart>{{"dark", true}, {"on a plate", false}}));
  EXPECT_EQ(hypotheses[0].prompt, "a dark photo of a thing 1 on a plate");
}

TEST(Shrink, PassesShrinkAsFailuresDo) {
  Planted planted({"snow"}, 0.95);
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a table in the snow")};
  for (auto& [prompt, chances] : planted.world.truth.prompts) chances.failure = 1 - chances.failure;
  hypotheses[0].direction = Direction::passes;
  ASSERT_TRUE(planted.shrink(hypotheses).ok());
  EXPECT_EQ(hypotheses[0].phrase.text, "in the snow");
  EXPECT_GT(hypotheses[0].explored.rate, 0.7);
}

TEST(Shrink, ZeroImagesLeaveEverythingAsItIs) {
  Planted planted({"snow"});
  planted.world.study.budget.shrink = 0;
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a table in the snow")};
  EXPECT_EQ(*planted.shrink(hypotheses), std::vector<std::size_t>{0});
  EXPECT_EQ(hypotheses[0].phrase.text, "on a table in the snow");
  EXPECT_EQ(planted.context.spent.total(), 0);
}

TEST(Shrink, APhraseThatDoesNotFailOnTheseSeedsKeepsItsWords) {
  Planted planted({"nothing of this"});
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a table in the snow")};
  ASSERT_TRUE(planted.shrink(hypotheses).ok());
  EXPECT_EQ(hypotheses[0].phrase.text, "on a table in the snow");
  EXPECT_EQ(planted.context.spent.shrink, kShrinkLeast) << "the whole phrase alone";
}

RC_GTEST_PROP(Shrink, NeverSpendsMoreThanAQuarterOfWhatIsLeft, ()) {
  Planted planted({"snow"}, 0.9, *rc::gen::inRange<std::uint64_t>(1, 1000));
  auto& budget = planted.world.study.budget;
  budget.images = *rc::gen::inRange(0, 600);
  budget.shrink = *rc::gen::inRange(1, 40);
  planted.context.spent.base = *rc::gen::inRange(0, 100);
  const int left = std::max(0, budget.images - planted.context.spent.base);
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a red table in the snow"),
                                        planted.hypothesis("in the snow near a tall tree"),
                                        planted.hypothesis("on a table in the old snow")};
  RC_ASSERT(planted.shrink(hypotheses).ok());
  RC_ASSERT(planted.context.spent.shrink <= left / 4);
  std::map<std::string, int> images;
  for (const Hypothesis& hypothesis : hypotheses) {
    for (const ShrinkStep& step : hypothesis.shrink_steps) {
      RC_ASSERT(step.rate.valid + step.rate.invalid <= budget.shrink);
      if (step.kept) RC_ASSERT(step.rate.rate > kNull);
    }
  }
}

/// An embedder for which only some words mean something: a vector has a place for each.
TextEmbedding hears(std::vector<std::string> words) {
  return [words](std::span<const std::string> texts) -> Result<std::vector<std::vector<float>>> {
    std::vector<std::vector<float>> vectors;
    for (const std::string& text : texts) {
      std::vector<float> vector = {1};
      for (const std::string& word : words) vector.push_back(text.find(word) == std::string::npos ? 0.0F : 1.0F);
      float square = 0;
      for (const float value : vector) square += value * value;
      for (float& value : vector) value /= std::sqrt(square);
      vectors.push_back(std::move(vector));
    }
    return vectors;
  };
}

TEST(Shrink, AShorterPhraseNamesTheSameThing) {
  for (const bool of_bricks : {false, true}) {
    Planted planted({});  // everything fails, whatever is said
    std::vector<Hypothesis> hypotheses = {planted.hypothesis("in front of a brick wall")};
    ASSERT_TRUE(planted
                    .shrink(hypotheses, hears(of_bricks ? std::vector<std::string>{"wall", "brick"}
                                                        : std::vector<std::string>{"wall"}))
                    .ok());
    EXPECT_EQ(hypotheses[0].phrase.text, of_bricks ? "in front of a brick wall" : "in front of a wall");
    ASSERT_EQ(hypotheses[0].shrink_steps.size(), 1U);
    const ShrinkStep& step = hypotheses[0].shrink_steps[0];
    ASSERT_TRUE(step.meaning);
    EXPECT_EQ(step.kept, !of_bricks);
    EXPECT_EQ(*step.meaning < planted.world.study.search.shrink_similarity, of_bricks);
    EXPECT_EQ(step.rate.valid == 0, of_bricks) << "what means something else costs no image";
    planted.world.study.search.shrink_similarity = 0;
    std::vector<Hypothesis> unasked = {planted.hypothesis("in front of a brick wall")};
    ASSERT_TRUE(planted.shrink(unasked, hears({"wall", "brick"})).ok());
    EXPECT_EQ(unasked[0].phrase.text, "in front of a wall");
    EXPECT_FALSE(unasked[0].shrink_steps[0].meaning);
  }
}

TEST(Shrink, WhatGoesAsAWholeNeedNotMeanTheSame) {
  Planted planted({"snow"});
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a red table in the snow")};
  ASSERT_TRUE(planted.shrink(hypotheses, hears({"table", "red", "snow"})).ok());
  EXPECT_EQ(hypotheses[0].phrase.text, "in the snow") << "the images decide of the table";
}

TEST(Shrink, SaysWhyTheEmbedderFailed) {
  Planted planted({});
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a red table")};
  const auto result = planted.shrink(
      hypotheses,
      [](std::span<const std::string>) -> Result<std::vector<std::vector<float>>> { return failed("NaN"); });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "NaN");
}

TEST(Shrink, AUsersPhraseStaysAsItIsWritten) {
  for (const bool asked : {false, true}) {
    Planted planted({});
    planted.world.study.search.shrink_lists = asked;
    planted.world.study.attributes = {{"walls", {{"in front of the brick wall", false}, {"on a red table", true}}}};
    std::vector<Hypothesis> hypotheses = {planted.hypothesis("in front of the brick wall"),
                                          planted.hypothesis("on a red table")};
    hypotheses[0].source = Source::list;
    ASSERT_TRUE(planted.shrink(hypotheses).ok());
    EXPECT_EQ(hypotheses[0].phrase.text, asked ? "in front of the wall" : "in front of the brick wall");
    EXPECT_EQ(hypotheses[0].shrink_steps.empty(), !asked);
    EXPECT_EQ(hypotheses[1].phrase.text, "on a table") << "the list has it in front of the label";
  }
}

TEST(Shrink, AListedPieceOfAConjunctionGoesOrStaysAsAWhole) {
  for (const bool needed : {false, true}) {
    Planted planted(needed ? std::vector<std::string>{"wall", "snow"} : std::vector<std::string>{"snow"});
    planted.world.study.attributes = {{"walls", {{"in front of the brick wall", false}}}};
    Phrase phrase;
    phrase.text = "in front of the brick wall, in the deep snow";
    phrase.parts = {{"in front of the brick wall", false}, {"in the deep snow", false}};
    std::vector<Hypothesis> hypotheses = {planted.hypothesis(phrase)};
    ASSERT_TRUE(planted.shrink(hypotheses).ok());
    EXPECT_EQ(hypotheses[0].phrase.text, needed ? "in front of the brick wall, in the snow" : "in the snow");
  }
}

TEST(Shrink, SpendsNothingWhereSoFewImagesShowNothing) {
  Planted planted({"snow"});
  planted.world.study.budget.shrink = kShrinkFewest - 1;
  std::vector<Hypothesis> hypotheses = {planted.hypothesis("on a table in the snow")};
  EXPECT_EQ(*planted.shrink(hypotheses), std::vector<std::size_t>{0});
  EXPECT_EQ(hypotheses[0].phrase.text, "on a table in the snow");
  EXPECT_EQ(planted.context.spent.total(), 0);
}

}  // namespace
}  // namespace scotoma
