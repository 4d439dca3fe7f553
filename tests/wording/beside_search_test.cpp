// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/beside_search.h"

#include <gtest/gtest.h>

#include "fake/certificate.h"

namespace scotoma {
namespace {

/// A bug that raises the failure rate by 30 to 70 points in its audit.
Hypothesis bug(const std::string& label, const std::string& phrase) {
  Hypothesis h;
  h.label = label;
  h.phrase.text = phrase;
  h.status = Status::confirmed;
  h.audit = {24, 48, 0, 0.5, 0.35, 0.65};
  h.effect = PairedEffect{};
  h.effect->lift_low = 0.3;
  h.effect->lift_high = 0.7;
  return h;
}

BesideSearch said(std::vector<Hypothesis> hypotheses, Certificate certificate = fake::certificate()) {
  Findings findings;
  findings.certificate = std::move(certificate);
  findings.hypotheses = std::move(hypotheses);
  return beside_search(Study(), findings);
}

TEST(BesideSearchWords, NothingIsSaidWhereBothAgree) {
  const BesideSearch both = said({bug("bee", "in the snow")});
  EXPECT_TRUE(both.warnings.empty() && both.notes.empty());
}

TEST(BesideSearchWords, ACertifiedBugThatIsSurelyLargerIsAContradiction) {
  const BesideSearch beside = said({bug("fly", "in the snow"), bug("bee", "in the snow")});
  ASSERT_EQ(beside.warnings.size(), 1U);
  EXPECT_EQ(beside.warnings[0].find("Search and certificate contradict each other on \"a photo of a fly in the snow\": "
                                    "it is a confirmed bug that raises the failure rate by 30 to 70 points in the "
                                    "audit, and yet certified to raise the failure rate by less than 20 points"),
            0U)
      << beside.warnings[0];
  EXPECT_TRUE(beside.notes.empty());
}

TEST(BesideSearchWords, WithoutAnAuditWhatConfirmedTheBugSpeaks) {
  Hypothesis bare = bug("fly", "in the snow");
  bare.audit = {};
  bare.effect.reset();
  bare.confirmed = {40, 40, 0, 1, 0.91, 1};
  bare.base_valid = 48;
  EXPECT_NE(said({bare}).warnings.at(0).find("fails in 40 of 40 of the images that confirmed it, with no audit"),
            std::string::npos)
      << said({bare}).warnings.at(0);
}

TEST(BesideSearchWords, ASmallerBugIsNone) {
  Hypothesis small = bug("fly", "in the snow");
  small.effect->lift_low = 0.06;
  const BesideSearch beside = said({small, bug("bee", "in the snow")});
  EXPECT_TRUE(beside.warnings.empty());
  ASSERT_EQ(beside.notes.size(), 1U);
  EXPECT_EQ(beside.notes[0],
            "\"a photo of a fly in the snow\" is both confirmed by the search and certified: it fails above the "
            "baseline rate by more than 5 points, and is certified to raise the failure rate by less than 20 points. "
            "That is no contradiction.");
}

TEST(BesideSearchWords, ABugOfTheCertificateAloneIsAWarningThatSaysWhatTheSearchDid) {
  EXPECT_NE(said({}).warnings.at(0).find("names 1 bug that the search did not confirm (it did not try it): \"a photo "
                                         "of a bee in the snow\""),
            std::string::npos)
      << said({}).warnings.at(0);
  Hypothesis dropped = bug("bee", "in the snow");
  dropped.status = Status::not_promising;
  EXPECT_NE(said({dropped}).warnings.at(0).find("there it is: "), std::string::npos) << said({dropped}).warnings.at(0);
}

TEST(BesideSearchWords, WhatTheCertificateLeavesOpenIsANote) {
  const BesideSearch beside = said({bug("bee", "in the snow"), bug("bee", "on a plate"), bug("bee", "at night")});
  EXPECT_TRUE(beside.warnings.empty());
  ASSERT_EQ(beside.notes.size(), 2U);
  EXPECT_NE(beside.notes[0].find("undecided here"), std::string::npos);
  EXPECT_NE(beside.notes[1].find("cannot be generated here"), std::string::npos);
}

TEST(BesideSearchWords, NamesAFewOfMany) {
  Certificate all = fake::certificate();
  all.cells.assign(8, all.cells[3]);
  EXPECT_NE(said({}, all).warnings.at(0).find("8 bugs"), std::string::npos);
  EXPECT_NE(said({}, all).warnings.at(0).find(" and 3 more"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
