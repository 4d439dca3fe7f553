// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/hypothesise.h"

#include <gtest/gtest.h>

#include <set>

#include "fake/stage.h"
#include "scotoma/finding/phrase.h"

namespace scotoma {
namespace {

Candidate candidate(const std::string& label, const std::string& text, double score, bool before = false) {
  Candidate result;
  result.label = label;
  result.phrase.text = text;
  result.phrase.before = before;
  result.phrase.score = score;
  return result;
}

class HypothesiseTest : public testing::Test {
 protected:
  std::vector<Hypothesis> hypotheses(const std::vector<Candidate>& candidates) {
    auto result = hypothesise(stage_.context, stage_.memo, candidates, bases_);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
  }

  fake::Stage stage_;
  std::vector<BaseResult> bases_ = {fake::Stage::base("fly", 30, 100), fake::Stage::base("cow", 96, 100)};
};

TEST_F(HypothesiseTest, GivesPromptIdAndNullRate) {
  auto turned = candidate("cow", "on the grass", 1);
  turned.direction = Direction::passes;
  const auto all = hypotheses({candidate("fly", "on a flower", 3), candidate("fly", "dark", 2, true), turned});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id, "fly-on-a-flower");
  EXPECT_EQ(all[0].prompt, "a photo of a fly on a flower");
  EXPECT_DOUBLE_EQ(all[0].null_rate, 0.35);
  EXPECT_EQ(all[1].prompt, "a dark photo of a fly");
  EXPECT_EQ(all[2].direction, Direction::passes);
  EXPECT_NEAR(all[2].null_rate, 1 - 0.96 + 0.05, 1e-12);
  EXPECT_EQ(all[0].base_events, 30);
  EXPECT_EQ(all[2].base_events, 4) << "of passes";
  EXPECT_EQ(all[2].base_valid, 100);
}

TEST_F(HypothesiseTest, TheNullRateIsNeverAboveOne) {
  bases_[0] = fake::Stage::base("fly", 99, 100);
  EXPECT_EQ(hypotheses({candidate("fly", "on a flower", 1)})[0].null_rate, 1);
  bases_[0] = fake::Stage::base("fly", 0, 0);
  EXPECT_EQ(hypotheses({candidate("fly", "on a flower", 1)})[0].null_rate, 1) << "nothing is known";
}

TEST_F(HypothesiseTest, ItsPromptsAreThoseOfTheBaseSampleWithThePhrase) {
  stage_.study.prompts.base = {"a photo of {a label}", "a pencil sketch of {a label}", "{a label}"};
  const auto all = hypotheses({candidate("fly", "on a flower", 3), candidate("fly", "old", 2, true)});
  EXPECT_EQ(all[0].prompts, (std::vector<std::string>{"a photo of a fly on a flower",
                                                      "a pencil sketch of a fly on a flower", "a fly on a flower"}));
  EXPECT_EQ(all[1].prompts,
            (std::vector<std::string>{"an old photo of a fly", "an old pencil sketch of a fly", "an old fly"}));
  EXPECT_EQ(all[0].prompt, all[0].prompts.front());
}

TEST_F(HypothesiseTest, WhatNoSampleCouldConfirmIsUnderpoweredAndSaid) {
  bases_[0] = fake::Stage::base("fly", 995, 1000);
  const auto all = hypotheses({candidate("fly", "on a flower", 3)});
  EXPECT_EQ(all[0].status, Status::underpowered);
  ASSERT_EQ(stage_.context.limits.size(), 1U);
  EXPECT_NE(stage_.context.limits[0].find("budget.confirm"), std::string::npos);
  bases_[0] = fake::Stage::base("fly", 40, 100);
  EXPECT_EQ(hypotheses({candidate("fly", "on a flower", 3)})[0].status, Status::out_of_budget);
}

TEST_F(HypothesiseTest, AFewBaselineImagesCondemnNoPhrase) {
  bases_[0] = fake::Stage::base("fly", 2, 2);
  EXPECT_EQ(hypotheses({candidate("fly", "on a flower", 3)})[0].status, Status::out_of_budget) << "it may fail rarely";
  bases_[0] = fake::Stage::base("fly", 200, 200);
  EXPECT_EQ(hypotheses({candidate("fly", "on a flower", 3)})[0].status, Status::underpowered);
}

TEST_F(HypothesiseTest, MergesWhatSaysTheSameOfOneLabel) {
  const auto all = hypotheses({candidate("fly", "on a flower", 1), candidate("fly", "on a flower", 5),
                               candidate("fly", "sitting on a flower", 4),  // the embedder hears the same
                               candidate("fly", "in the snow", 3), candidate("cow", "on a flower", 2)});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].phrase.score, 5);
  EXPECT_EQ(all[1].phrase.text, "in the snow");
  EXPECT_EQ(all[2].label, "cow");
}

TEST_F(HypothesiseTest, ThePlainRuleTestsEverything) {
  stage_.study.evidence.rule = EvidenceRule::fixed;
  bases_[0] = fake::Stage::base("fly", 90, 100);
  EXPECT_EQ(hypotheses({candidate("fly", "on a flower", 3)})[0].status, Status::out_of_budget);
}

TEST_F(HypothesiseTest, KeepsSoManyOfEachLabelAndNoMore) {
  stage_.study.evidence.max_hypotheses = 1;
  const auto all = hypotheses(
      {candidate("fly", "on a flower", 9), candidate("fly", "in the snow", 8), candidate("cow", "on a flower", 1)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].phrase.text, "on a flower");
  EXPECT_EQ(all[1].label, "cow") << "the phrases of one label leave no room to another's";
}

TEST_F(HypothesiseTest, KeepsTheBestAndTheUsersFirst) {
  stage_.study.evidence.max_hypotheses = 2;
  auto users = candidate("fly", "under a bridge", 0);
  users.source = Source::user;
  const auto all = hypotheses({candidate("fly", "on a flower", 1), candidate("fly", "in the snow", 9), users});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].phrase.text, "under a bridge");
  EXPECT_EQ(all[1].phrase.text, "in the snow");
}

TEST_F(HypothesiseTest, PhrasesFromCaptionsAndFromListsTakeTurnsWithinALabel) {
  std::vector<Candidate> all = {candidate("fly", "on a flower", 5), candidate("fly", "in the snow", 4),
                                candidate("cow", "in the snow", 2)};
  for (const char* text : {"one", "two", "three"}) {
    all.push_back(candidate("fly", text, 9));
    all.back().source = Source::list;
  }
  std::vector<std::string> order;
  for (const Hypothesis& h : hypotheses(all)) order.push_back(h.label + " " + h.phrase.text);
  EXPECT_EQ(order, (std::vector<std::string>{"fly on a flower", "fly one", "fly in the snow", "fly two",
                                             "cow in the snow", "fly three"}));
}

TEST_F(HypothesiseTest, ListsAloneComeInTheirOrderAndTheLabelsTakeTurns) {
  std::vector<Candidate> all;
  for (const char* label : {"fly", "cow"}) {
    for (const char* text : {"one", "two"}) {
      all.push_back(candidate(label, text, 0));
      all.back().source = Source::list;
    }
  }
  std::vector<std::string> order;
  for (const Hypothesis& h : hypotheses(all)) order.push_back(h.label + " " + h.phrase.text);
  EXPECT_EQ(order, (std::vector<std::string>{"fly one", "cow one", "fly two", "cow two"}));
}

TEST_F(HypothesiseTest, AConjunctionIsNoNearDuplicateOfItsPart) {
  Candidate both = candidate("fly", "", 3);
  both.phrase = conjunction({{"quite", true}, {"on a flower", false}});  // the embedder does not hear "quite"
  const auto all = hypotheses({candidate("fly", "on a flower", 5), both});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].prompt, "a quite photo of a fly on a flower");
  EXPECT_EQ(all[1].id, "fly-quite-on-a-flower");
}

TEST_F(HypothesiseTest, LeavesOutWhatAKnownHypothesisSaysAndTakesNoIdOfIts) {
  const auto known = hypotheses({candidate("fly", "on a flower", 5), candidate("fly", "big red", 4)});
  const auto more =
      hypothesise(stage_.context, stage_.memo,
                  {candidate("fly", "sitting on a flower", 5), candidate("fly", "big-red", 4, true)}, bases_, known);
  ASSERT_TRUE(more.ok());
  ASSERT_EQ(more->size(), 1U);
  EXPECT_EQ((*more)[0].id, "fly-big-red-2");
}

TEST_F(HypothesiseTest, GivesEveryHypothesisAnIdOfItsOwnFitForAFileName) {
  const auto all = hypotheses({candidate("fly", "big red", 4), candidate("fly", "big-red", 3, true),
                               candidate("fly", "\xe9\x9b\xaa", 2), candidate("fly", "../etc", 1)});
  std::set<std::string> ids;
  for (const Hypothesis& hypothesis : all) {
    EXPECT_TRUE(ids.insert(hypothesis.id).second) << hypothesis.id;
    EXPECT_EQ(hypothesis.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos)
        << hypothesis.id;
    EXPECT_FALSE(hypothesis.id.empty());
  }
  EXPECT_EQ(ids.size(), 4U);
}

TEST_F(HypothesiseTest, OfNoCandidatesIsEmpty) { EXPECT_TRUE(hypotheses({}).empty()); }

}  // namespace
}  // namespace scotoma
