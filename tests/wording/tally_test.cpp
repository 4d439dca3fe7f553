// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/tally.h"

#include <gtest/gtest.h>

#include "report/made_up.h"

namespace scotoma {
namespace {

TEST(Tally, TellsBugsFromExceptionsOfLabelsThatFailEverywhere) {
  const Findings findings = made_up::findings();
  const Tally tally = tally_of(findings);
  ASSERT_EQ(tally.bugs.size(), 2U);
  EXPECT_EQ(tally.bugs[0]->label, "fly");
  EXPECT_EQ(tally.bugs[1]->label, "ladybug");
  ASSERT_EQ(tally.exceptions.size(), 1U);
  EXPECT_EQ(tally.exceptions[0]->label, "bee");
  ASSERT_EQ(tally.failing_labels.size(), 1U);
  EXPECT_EQ(tally.failing_labels[0]->label, "bee");
}

TEST(Kinds, AreEachCountedAndNamedInNumberAndLeftOutWhereThereIsNone) {
  EXPECT_EQ(counted_kinds({13, 1, 1}), "13 bugs, 1 systematic failure and 1 exception");
  EXPECT_EQ(counted_kinds({.systematic = 2}), "2 systematic failures");
  EXPECT_EQ(counted_kinds(KindCounts{}), "");
  EXPECT_EQ(counted_kinds({0, 1, 0}, {1300, 1, 1}), "0 of 1,300 bugs, 1 of 1 systematic failure and 0 of 1 exception");
  EXPECT_EQ(counted_kinds({}, {.bugs = 1}), "0 of 1 bug");
}

TEST(Kinds, OfConfirmedIdsAreThoseOfTheTally) {
  const Findings findings = made_up::findings();
  const Tally tally = tally_of(findings);
  std::vector<std::string> ids = {"no-such-id"};
  for (const Hypothesis& h : findings.hypotheses) ids.push_back(h.id);
  const KindCounts counts = counts_of(ids, findings);
  EXPECT_EQ(counts.bugs, static_cast<int>(tally.bugs.size()));
  EXPECT_EQ(counts.exceptions, static_cast<int>(tally.exceptions.size()));
  EXPECT_EQ(counts_of(std::vector{tally.exceptions[0]->id}, findings).total(), 1);
}

TEST(Summary, CountsFindingsThatAddUpAndAgreesInNumber) {
  EXPECT_EQ(summary(Findings{}), "No bug was confirmed.");
  EXPECT_EQ(summary(made_up::nothing_confirmed()), "No bug was confirmed among 10 hypotheses.");
  Findings untested = made_up::nothing_confirmed();
  for (Hypothesis& h : untested.hypotheses) {
    h.wave = std::nullopt;
    h.confirmed = {};
  }
  EXPECT_EQ(summary(untested), "No bug was confirmed: none of 10 hypotheses was put to the test.");
  Findings findings = made_up::findings();
  EXPECT_EQ(summary(findings),
            "2 findings: 1 cause (2 bugs) and 1 systematic failure (1 exception). 3 of 13 hypotheses were confirmed.");
  EXPECT_EQ(summary(made_up::all_records()),
            "3 findings: 2 causes (3 bugs) and 1 systematic failure (1 exception). 4 of 15 hypotheses were confirmed.");
  findings.hypotheses.resize(2);  // the exception and one bug
  findings.bases[0].failing_label = true;
  EXPECT_EQ(summary(findings),
            "3 findings: 1 cause (1 bug) and 2 systematic failures (1 exception). 2 of 2 hypotheses were confirmed.");
  findings.bases[0].failing_label = findings.bases[1].failing_label = false;
  findings.hypotheses.erase(findings.hypotheses.begin());
  EXPECT_EQ(summary(findings), "1 finding: 1 cause (1 bug). 1 of 1 hypothesis was confirmed.");
}

TEST(Summary, OfALabelThatFailsSystematicallyNeverSaysThatNothingWasFound) {
  Findings findings = made_up::nothing_confirmed();
  findings.bases[0].failing_label = true;
  EXPECT_EQ(summary(findings), "1 finding: 1 systematic failure. None of 10 hypotheses was confirmed.");
  findings.hypotheses.clear();
  EXPECT_EQ(summary(findings), "1 finding: 1 systematic failure.");
}

}  // namespace
}  // namespace scotoma
