// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/model_card.h"

#include <gtest/gtest.h>

#include "fake/certificate.h"
#include "report/made_up.h"
#include "scotoma/wording/tally.h"

namespace scotoma {
namespace {

std::string card_of(const Findings& findings, const Study& study = made_up::study()) {
  return model_card(study, findings, "9.9");
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(ModelCard, ShowsEveryConfirmedClaimWithItsPromptRateAndInterval) {
  const Findings findings = made_up::findings();
  const std::string card = card_of(findings);
  EXPECT_TRUE(card.starts_with("## Known failure modes\n\nScotoma 9.9 ")) << card;
  for (const Hypothesis& h : findings.hypotheses) {
    EXPECT_EQ(contains(card, "| `" + h.prompt + "` |"), h.status == Status::confirmed) << h.prompt;
  }
  EXPECT_TRUE(contains(card, "| 61 of 93: 66\u00A0% (55 to 75\u00A0%) |")) << card;
  const Tally tally = tally_of(findings);
  ASSERT_FALSE(tally.systematic.empty());
  EXPECT_TRUE(contains(card, tally.systematic.front().base->label + " fails systematically")) << card;
  EXPECT_TRUE(contains(card, "are expected to be false"));
  EXPECT_TRUE(contains(card, "scotoma find ")) << "how to reproduce it";
}

TEST(ModelCard, OfAnExceptionGivesTheRateOfFailuresAsItsColumnSays) {
  const Findings findings = made_up::findings();
  const Hypothesis& exception = *tally_of(findings).exceptions.at(0);
  const std::string cell = "| `" + exception.prompt + "` | " +
                           std::to_string(exception.audit.valid - exception.audit.failures) + " of " +
                           std::to_string(exception.audit.valid) + ":";
  EXPECT_TRUE(contains(card_of(findings), cell)) << cell;
}

TEST(ModelCard, NeverTakesNothingConfirmedForAllIsWell) {
  const std::string card = card_of(made_up::nothing_confirmed());
  EXPECT_TRUE(contains(card, "**No bug was confirmed among 10 hypotheses.**")) << card;
  EXPECT_TRUE(contains(card, "That does not prove there is none. 10 hypotheses came up for 7 labels")) << card;
  EXPECT_TRUE(contains(card, "Only what the captioner noticed")) << card;
  EXPECT_TRUE(contains(card_of(Findings{}, Study{}), "That does not prove there is none."));
}

TEST(ModelCard, OfAStudyWithACertificateSaysWhatItHoldsAndWhatTheSearchDidNotConfirm) {
  EXPECT_FALSE(contains(card_of(made_up::nothing_confirmed()), "ertified"));
  Findings findings = made_up::nothing_confirmed();
  findings.certificate = fake::certificate();
  const std::string card = card_of(findings);
  EXPECT_TRUE(contains(card, "### What is certified\n\nNot all is certified: of 6 phrases and labels")) << card;
  EXPECT_TRUE(contains(card, "The certificate names 1 bug that the search did not confirm")) << card;
  EXPECT_TRUE(contains(card, "- None of these 3 phrases raises the failure rate of 'fly'")) << card;
}

TEST(ModelCard, SaysFirstWhatMakesItsFiguresDoubtful) {
  Findings findings = made_up::findings();
  for (BaseResult& base : findings.bases) {
    for (Sample& sample : base.samples) sample.image = "one image for all";
  }
  const std::string card = card_of(findings);
  const std::size_t doubt = card.find("> **Doubtful.** ");
  ASSERT_NE(doubt, std::string::npos) << card;
  EXPECT_LT(doubt, card.find("###"));
}

TEST(ModelCard, SaysThatThePlainSchemeHoldsNoRate) {
  Study study = made_up::study();
  study.evidence.rule = EvidenceRule::fixed;
  EXPECT_TRUE(contains(card_of(made_up::findings(), study), "> **No rate of false claims is held.**"));
}

TEST(ModelCard, MarksARateThatWasNotMeasuredAnew) {
  const std::string card = card_of(made_up::not_audited());
  EXPECT_TRUE(contains(card, ") \\* |")) << card;
  EXPECT_TRUE(contains(card, "\\* Seen while it was confirmed")) << card;
}

TEST(ModelCard, NamesLabelsOfWhichNothingIsClaimed) {
  const std::string card = card_of(made_up::findings());
  EXPECT_TRUE(contains(card, "- No failure was confirmed of ")) << card;
  EXPECT_TRUE(contains(card, "- Hypotheses that were not confirmed: ")) << card;
}

TEST(ModelCard, HoldsOthersTextsAsText) {
  Study study = made_up::study();
  Findings findings = made_up::findings();
  study.name = "x\n## forged <script>";
  for (Hypothesis& h : findings.hypotheses) {
    h.label = "<b>|`";
    h.prompt = "a | `b` <script>";
    h.predicted = "[l](x)";
  }
  for (BaseResult& base : findings.bases) base.label = "<b>|`";
  const std::string card = card_of(findings, study);
  EXPECT_FALSE(contains(card, "\n## forged")) << card;
  EXPECT_FALSE(contains(card, "| <b>")) << card;
  EXPECT_FALSE(contains(card, "forged <script>")) << card;
  EXPECT_TRUE(contains(card, "| ``a \\| `b` <script>`` |")) << card;
  EXPECT_TRUE(contains(card, "\\[l\\](x)")) << card;
}

TEST(ModelCard, CountsWhatHasNoRoom) {
  Findings findings = made_up::findings();
  const Hypothesis bug = *tally_of(findings).bugs.at(0);
  for (int i = 0; i < 30; ++i) {
    findings.hypotheses.insert(findings.hypotheses.begin(), bug);
    findings.hypotheses.front().id += std::to_string(i);
    findings.hypotheses.front().label += std::to_string(i);
  }
  EXPECT_TRUE(contains(card_of(findings), "12 more bugs are in bugs.json.")) << card_of(findings);
}

}  // namespace
}  // namespace scotoma
