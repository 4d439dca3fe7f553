// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/beside_search.h"

#include <gtest/gtest.h>

#include "fake/certificate.h"

namespace scotoma {
namespace {

Hypothesis claim(const std::string& label, const std::string& phrase, Status status = Status::confirmed) {
  Hypothesis h;
  h.id = label + "-" + phrase;
  h.label = label;
  h.phrase.text = phrase;
  h.status = status;
  return h;
}

/// Bees in the snow are a bug of the certificate.
Findings findings_with(std::vector<Hypothesis> hypotheses) {
  Findings findings;
  findings.certificate = fake::certificate();
  findings.hypotheses = std::move(hypotheses);
  return findings;
}

TEST(BesideSearch, TheSameClaimIsThatOfLabelPhraseAndPlace) {
  Hypothesis passes = claim("bee", "in the snow");
  passes.direction = Direction::passes;
  Hypothesis joined = claim("bee", "in the snow");
  joined.phrase.parts = {{"in the snow", false}, {"dark", true}};
  Hypothesis before = claim("bee", "in the snow");
  before.phrase.before = true;
  Findings findings = findings_with({claim("fly", "in the snow"), passes, joined, before});
  const CertificateCell& bees = findings.certificate->cells[3];
  EXPECT_EQ(same_claim(findings, bees), nullptr);
  findings.hypotheses.push_back(claim("bee", "in the snow", Status::not_promising));
  EXPECT_EQ(same_claim(findings, bees), &findings.hypotheses[4]);
  EXPECT_EQ(same_claim(findings, findings.hypotheses[4]), &findings.certificate->cells[3]);
  EXPECT_EQ(same_claim(findings, findings.hypotheses[2]), nullptr);
}

TEST(BesideSearch, APhraseThatShrankOrForWhichAnotherStandsIsTheSame) {
  Hypothesis shrunk = claim("bee", "snow");
  shrunk.shrunk_from = "in the snow";
  Hypothesis stands = claim("bee", "snowy");
  stands.merged = {"in the snow"};
  for (const Hypothesis& h : {shrunk, stands}) {
    const Findings findings = findings_with({claim("bee", "in the snow", Status::merged), h});
    EXPECT_EQ(same_claim(findings, findings.certificate->cells[3]), &findings.hypotheses[1]) << h.phrase.text;
  }
}

TEST(BesideSearch, ContradictsOnlyWhereTheAuditIsWhollyAboveTheSize) {
  Hypothesis bug = claim("fly", "in the snow");
  bug.effect = PairedEffect{};
  bug.effect->lift_low = 0.3;
  Certificate all = fake::certificate();
  EXPECT_FALSE(contradict(all, all.cells[0], bug)) << "nothing was measured";
  bug.confirmed = {40, 40, 0, 1, 0.91, 1};
  bug.base_events = 2;
  bug.base_valid = 48;
  EXPECT_TRUE(contradict(all, all.cells[0], bug)) << "no audit, but what confirmed it";
  bug.audit.valid = 48;
  EXPECT_TRUE(contradict(all, all.cells[0], bug));
  EXPECT_FALSE(contradict(all, all.cells[3], claim("bee", "in the snow"))) << "both call it a bug";
  bug.effect->lift_low = 0.1;
  EXPECT_FALSE(contradict(all, all.cells[0], bug)) << "a bug of less than 20 points";
  bug.audit.low = 0.25;
  all.absolute = true;
  EXPECT_TRUE(contradict(all, all.cells[0], bug));
  bug.status = Status::not_generatable;
  EXPECT_FALSE(contradict(all, all.cells[0], bug)) << "a person withdrew it";
}

}  // namespace
}  // namespace scotoma
