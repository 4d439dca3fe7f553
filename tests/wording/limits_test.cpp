// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/limits.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "report/made_up.h"

namespace scotoma {
namespace {

bool holds(const std::vector<LimitSentence>& sentences, const std::string& text) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const LimitSentence& each) { return each.text().find(text) != std::string::npos; });
}

TEST(LimitSentences, NameWhatTheGeneratorCannotShowAndNoMoreThanAskedFor) {
  Findings findings = made_up::findings();
  const auto all = limit_sentences(made_up::study(), findings, 100);
  EXPECT_TRUE(holds(all, "so that nothing is claimed of it: a frog in a very dark room at night."));
  EXPECT_TRUE(holds(all, "The images are generated, and so is every rate."));
  for (int i = 0; i < 3; ++i) {
    findings.hypotheses.push_back(findings.hypotheses.back());
    findings.hypotheses.back().status = Status::not_generatable;
  }
  EXPECT_TRUE(holds(limit_sentences(made_up::study(), findings, 2), ", and more in bugs.json."));
}

TEST(LimitSentences, SayHowDifferentTheGeneratorsImagesAre) {
  Findings findings = made_up::findings();
  EXPECT_FALSE(holds(limit_sentences(made_up::study(), findings, 9), "By the embedder"));
  findings.diversity = Diversity{4, 32, 0.2, 0.8};
  EXPECT_TRUE(holds(limit_sentences(made_up::study(), findings, 9),
                    "two images of one base prompt differ 25\u00A0% as much as two of different labels do (mean cosine "
                    "distances 0.20 and 0.80, 32 images)"));
}

TEST(LimitSentences, SayHowFarDraftsShowWhatFullImagesShow) {
  Findings findings = made_up::findings();
  const auto said = [&](const std::string& text) {
    return holds(limit_sentences(made_up::study(), findings, 9), "Phrases were chosen by drafts, " + text);
  };
  findings.drafts.emplace();
  EXPECT_FALSE(said("")) << "nothing was explored";
  findings.drafts = DraftComparison{96, 30, 94, 22, 2, 1, 23, 2, false};
  EXPECT_TRUE(
      said("96 cheaper images; no evidence stands on one. Drawn in full, 22 of 24 that failed as a draft and 1 of "
           "24 that passed failed (correlation 0.87). 2 of 50 that were compared did not show their label as a "
           "draft."));
  findings.drafts = DraftComparison{18, 18, 18, 18, 0, 0, 0, 0, false};
  EXPECT_TRUE(
      said("18 cheaper images; no evidence stands on one. Drawn in full, 18 of 18 that failed as a draft failed."));
  findings.drafts = DraftComparison{24, 0, 0, 0, 0, 0, 0, 24, true};
  EXPECT_TRUE(
      said("24 cheaper images; no evidence stands on one. 24 of 24 that were compared did not show their label as "
           "a draft. Drafts mislead, so the search went back to full images"));
  EXPECT_EQ(misleading_drafts(findings).substr(0, 14), "Drafts mislead");
  findings.drafts->gone_back = false;
  EXPECT_EQ(misleading_drafts(findings), "");
}

TEST(LimitSentences, SayThatNobodyJudgedTheImages) {
  Study study = made_up::study();
  study.judge.kind = JudgeKind::none;
  EXPECT_TRUE(holds(limit_sentences(study, made_up::findings(), 9), "No judge looked at the images"));
}

TEST(RuleSentence, SaysWhereNoRateIsHeld) {
  Study study;
  EXPECT_EQ(no_rate_sentence(study), "");
  EXPECT_NE(rule_sentence(study).find("keeps the expected share of false claims at or below"), std::string::npos);
  study.evidence.rule = EvidenceRule::fixed;
  EXPECT_EQ(no_rate_sentence(study), "No rate of false claims is held.");
  EXPECT_EQ(rule_sentence(study).find("keeps"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
