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
