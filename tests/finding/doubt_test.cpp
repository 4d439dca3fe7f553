// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/doubt.h"

#include <gtest/gtest.h>

namespace scotoma {
namespace {

/// Two labels with eight baseline images each; all valid and right, scores and images their own.
Findings well() {
  Findings findings;
  findings.class_names = {"fly", "bee", "cat", "cow"};
  std::uint64_t seed = 0;
  for (int label = 0; label < 2; ++label) {
    BaseResult& base = findings.bases.emplace_back();
    base.label = findings.class_names[static_cast<std::size_t>(label)];
    base.rate.valid = 8;
    for (int i = 0; i < 8; ++i) {
      Sample& sample = base.samples.emplace_back();
      sample.request = {"a photo of a " + base.label, ++seed};
      sample.image = "image " + std::to_string(seed);
      sample.prediction.top = {{label, 0.9F}};
      sample.correct = true;
      sample.judgement = {true, 0.8F + 0.01F * static_cast<float>(i)};
    }
  }
  return findings;
}

void for_all(Findings& findings, const std::function<void(Sample&)>& change) {
  for (BaseResult& base : findings.bases) std::for_each(base.samples.begin(), base.samples.end(), change);
}

void expect_doubt(const Findings& findings, const std::string& part) {
  const auto all = doubts(findings);
  ASSERT_EQ(all.size(), 1U) << part;
  EXPECT_NE(all[0].find(part), std::string::npos) << all[0];
}

TEST(Doubt, NothingIsSaidOfModelsThatDoTheirWork) {
  Findings findings = well();
  EXPECT_TRUE(doubts(findings).empty());
  for_all(findings, [](Sample& s) { s.judgement = {true, 1}; });  // no judge
  EXPECT_TRUE(doubts(findings).empty());
  for (Sample& sample : findings.bases[1].samples) sample.prediction.top[0].label = 3, sample.correct = false;
  EXPECT_TRUE(doubts(findings).empty()) << "one label that always fails is a finding";
  findings.bases.resize(1);
  findings.bases[0].samples.resize(7);
  for_all(findings, [](Sample& s) { s.judgement = {false, 0}; });
  EXPECT_TRUE(doubts(findings).empty()) << "few images";
}

TEST(Doubt, AGeneratorThatDrawsNearlyOneImageIsNamed) {
  Findings findings = well();
  findings.diversity = Diversity{2, 16, 0.03, 0.31};
  expect_doubt(findings, "two images of one base prompt differ by 0.030, two of different labels by 0.310");
  findings.diversity->within = 0.04;
  EXPECT_TRUE(doubts(findings).empty());
  findings.diversity = Diversity{2, 15, 0.03, 0.31};
  EXPECT_TRUE(doubts(findings).empty()) << "few images";
}

TEST(Doubt, AJudgeThatRefusesNearlyEverythingIsNamed) {
  Findings findings = well();
  for_all(findings, [](Sample& s) { s.judgement.valid = false; });
  findings.bases[0].samples[0].judgement.valid = true;
  findings.bases[0].rate.valid = 1;
  expect_doubt(findings, "The judge refused 15 of 16 baseline images, so hardly anything could be examined");
  for (BaseResult& base : findings.bases) base.not_generatable = true;
  expect_doubt(findings, "so no label could be examined");
}

TEST(Doubt, AJudgeWithOneScoreForAllIsNamed) {
  Findings findings = well();
  for_all(findings, [](Sample& s) { s.judgement.score = 0.625F; });
  expect_doubt(findings, "all 16 baseline images the score 0.625");
}

TEST(Doubt, AClassifierThatGuessesOrSaysOneThingIsNamed) {
  Findings findings = well();
  for_all(findings, [](Sample& s) { s.prediction.top[0].label = 3, s.correct = false; });
  expect_doubt(findings, "called all 16 valid baseline images of 2 labels \"cow\"");
  findings.bases[0].samples[0].prediction.top[0].label = 2;
  expect_doubt(findings, "right on 0 of 16 valid baseline images, no more than by guessing among its 4 classes");
  findings.bases.resize(1);
  expect_doubt(findings, "right on 0 of 8");
}

TEST(Doubt, AGeneratorWithOneImageForManySeedsIsNamed) {
  Findings findings = well();
  for_all(findings, [](Sample& s) { s.image = "black"; });
  expect_doubt(findings, "Of 16 base prompts and seeds, 15 gave an image that another had given");
  findings = well();
  for (int i = 0; i < 4; ++i) findings.bases[0].samples[static_cast<std::size_t>(i)] = findings.bases[0].samples[7];
  EXPECT_TRUE(doubts(findings).empty()) << "the same request gives the same image";
}

TEST(Doubt, ACaptionerThatAlwaysSaysTheSameIsNamed) {
  Findings findings = well();
  findings.clusters.resize(2);
  for (Cluster& cluster : findings.clusters) cluster.captions = std::vector<std::string>(4, "a photo");
  expect_doubt(findings, "said \"a photo\" of all 8 images");
  findings.clusters[1].captions[2] = "a photo of a fly";
  EXPECT_TRUE(doubts(findings).empty());
}

TEST(Doubt, GuessingIsToldByItsProbability) {
  EXPECT_TRUE(like_guessing(0, 8, 1000, 0.2));
  EXPECT_FALSE(like_guessing(1, 8, 1000, 0.2));
  EXPECT_TRUE(like_guessing(5, 8, 2, 0.2));
  EXPECT_FALSE(like_guessing(6, 8, 2, 0.2));
  EXPECT_FALSE(like_guessing(0, 0, 4, 0.2));
  EXPECT_FALSE(like_guessing(0, 8, 1, 0.2));
}

TEST(Doubt, TwoLabelsThatAreEachCalledTheOtherLookSwapped) {
  Findings findings = well();
  for (const int right : {2, 3}) {  // so that not all is guessing
    BaseResult base = findings.bases[0];
    base.label = findings.class_names[static_cast<std::size_t>(right)];
    for (Sample& sample : base.samples) sample.prediction.top[0].label = right, sample.image += " of a " + base.label;
    findings.bases.push_back(std::move(base));
  }
  const auto call = [&](std::size_t base, int answer) {
    for (Sample& sample : findings.bases[base].samples) sample.prediction.top[0].label = answer, sample.correct = false;
  };
  call(0, 1);
  EXPECT_TRUE(doubts(findings).empty()) << "one way alone is a failure like others";
  call(1, 0);
  expect_doubt(findings, "of \"fly\" is classified as \"bee\", and the other way round");
  findings.class_names = {"Fly, fly", "insect, bee", "cat", "cow"};
  expect_doubt(findings, "swapped");
  findings.bases[0].samples.resize(7);
  EXPECT_TRUE(doubts(findings).empty()) << "few images";
}

}  // namespace
}  // namespace scotoma
