// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/finding_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "report/made_up.h"

namespace scotoma {
namespace {

using Strings = std::vector<std::string>;

/// Of the bugs of these labels, all of one phrase and misclassified as a bee.
Cause cause_of(const std::vector<Hypothesis>& bugs, const std::string& predicted = "bee") {
  Cause cause;
  cause.phrase = bugs.front().phrase;
  cause.predicted = predicted;
  for (const Hypothesis& bug : bugs) cause.bugs.push_back(&bug);
  return cause;
}

std::vector<Hypothesis> bugs_of(const Strings& labels, const Phrase& phrase = {.text = "on a flower"}) {
  std::vector<Hypothesis> bugs(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bugs[i].label = labels[i];
    bugs[i].phrase = phrase;
  }
  return bugs;
}

TEST(CauseSentence, SaysWhatFailsUnderAnotherRule) {
  Study study;
  EXPECT_EQ(failure_sentence(study), "") << "the usual needs no words";
  study.failure.rule = FailureKind::low_score;
  study.failure.threshold = 0.7;
  EXPECT_EQ(sentence(study, cause_of(bugs_of({"apple"}), "")), "An apple on a flower is scored below 0.7.");
  EXPECT_NE(failure_sentence(study).find("scores below 0.7"), std::string::npos) << failure_sentence(study);
  study.failure.rule = FailureKind::top_k;
  study.failure.k = 3;
  EXPECT_NE(failure_sentence(study).find("among the 3 best"), std::string::npos) << failure_sentence(study);
  EXPECT_EQ(sentence(study, cause_of(bugs_of({"apple"}), "")),
            "An apple on a flower is not recognised among the 3 best.");
  study.failure.rule = FailureKind::confident;
  EXPECT_NE(failure_sentence(study).find("scores 0.7 or more"), std::string::npos) << failure_sentence(study);
}

TEST(CauseSentence, NamesFewLabelsAndCountsMany) {
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"apple"}))), "An apple on a flower is misclassified as a bee.");
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"apple"}), "")), "An apple on a flower is not recognised.");
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"fly", "cat"}), "ant")),
            "On a flower, fly and cat are misclassified as an ant.");
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"fly", "cat", "dog", "cow"}), "")),
            "On a flower, fly, cat, dog and cow are not recognised.");
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"fly", "cat", "dog", "cow", "car"}))),
            "On a flower, 5 labels are misclassified as a bee: fly, cat, dog and 2 more.");
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"fly", "cat"}, {.text = "dark", .before = true}))),
            "With \"dark\" in the prompt, fly and cat are misclassified as a bee.");
  EXPECT_EQ(sentence(Study(), cause_of(bugs_of({"fly", "fly"}))), "A fly on a flower is misclassified as a bee.")
      << "two wordings of one phrase are one label";
}

TEST(SystematicSentence, GivesTheCountAndTheUsualWrongAnswer) {
  Findings findings = made_up::findings();
  EXPECT_EQ(sentence(Study(), systematic_failures(findings).at(0)),
            "A bee fails systematically: 43 of 47 baseline images are misclassified, mostly as a ladybug.");
  for (std::size_t i = 0; i < findings.bases[1].samples.size(); ++i) {
    Sample& sample = findings.bases[1].samples[i];
    if (!sample.correct) sample.prediction.top[0].label = static_cast<int>(2 + i % 5);
  }
  EXPECT_EQ(sentence(Study(), systematic_failures(findings).at(0)),
            "A bee fails systematically: 43 of 47 baseline images are misclassified.");
}

TEST(CrossCheck, AddsToACauseWhatItsBugsDoNotSayAndIsNotToldTwice) {
  const Findings findings = made_up::all_records();
  const auto causes = find_causes(findings);
  ASSERT_EQ(causes.size(), 2U);
  EXPECT_EQ(reached_labels(findings, causes[0]), (Strings{"cat", "cow", "dog"})) << "without its own fly and ladybug";
  EXPECT_EQ(reach_sentence(findings, causes[0]), "The cross-check finds the same of cat, cow and dog.");
  EXPECT_EQ(reach_sentence(findings, causes[1]), "The cross-check found nothing like it on 4 other labels.");
  EXPECT_TRUE(cross_without_cause(findings).empty());
  Findings alone = findings;
  alone.cross[1].bugs = {"bee-on-a-flower"};  // only the exception: that bees are recognised there is no cause
  EXPECT_EQ(reach_sentence(alone, find_causes(alone)[0]), "");
  EXPECT_EQ(cross_without_cause(alone), std::vector<const CrossRow*>{&alone.cross[1]});
}

TEST(ErrorRates, AreToldApart) {
  const Study study = made_up::study();
  Findings findings = made_up::findings();
  for (Hypothesis& h : findings.hypotheses) h.log_e_value = std::log(256 / (3 * 0.002));
  EXPECT_EQ(
      error_rates(study, findings),
      (Strings{"Set before the run: of the claims that such a study confirms, at most 4\u00A0% are expected to be "
               "false.",
               "Of these 3 claims, at most 0.2\u00A0% are expected to be false, by their evidence.",
               "Of systematic failures: the probability that even one is false is at most 1\u00A0%."}));
  std::erase_if(findings.hypotheses, [](const Hypothesis& h) { return h.status == Status::confirmed; });
  EXPECT_EQ(error_rates(study, findings).size(), 1U) << "nothing was confirmed";
  EXPECT_TRUE(error_rates(study, made_up::nothing_confirmed()).empty());
}

TEST(ErrorRates, OfTheRuleThatHoldsNoneAreThoseOfSystematicFailuresAlone) {
  Study study = made_up::study();
  study.evidence.rule = EvidenceRule::fixed;
  EXPECT_EQ(error_rates(study, made_up::findings()), Strings{systematic_sentence(study.evidence.alpha0)});
}

}  // namespace
}  // namespace scotoma
