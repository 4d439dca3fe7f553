#include "report/tally.h"

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
  ASSERT_EQ(tally.everywhere.size(), 1U);
  EXPECT_EQ(tally.everywhere[0]->label, "bee");
}

TEST(Summary, CountsFindingsThatAddUpAndAgreesInNumber) {
  EXPECT_EQ(summary(Findings{}), "No bug was confirmed.");
  EXPECT_EQ(summary(made_up::nothing_confirmed()), "No bug was confirmed among 10 hypotheses.");
  Findings findings = made_up::findings();
  EXPECT_EQ(summary(findings),
            "2 findings: 1 cause (2 bugs) and 1 systematic failure (1 exception). 3 of 13 hypotheses were confirmed.");
  EXPECT_EQ(summary(made_up::all_records()),
            "3 findings: 2 causes (3 bugs) and 1 systematic failure (1 exception). 4 of 15 hypotheses were confirmed.");
  findings.hypotheses.resize(2);  // the exception and one bug
  findings.bases[0].everywhere = true;
  EXPECT_EQ(summary(findings),
            "3 findings: 1 cause (1 bug) and 2 systematic failures (1 exception). 2 of 2 hypotheses were confirmed.");
  findings.bases[0].everywhere = findings.bases[1].everywhere = false;
  findings.hypotheses.erase(findings.hypotheses.begin());
  EXPECT_EQ(summary(findings), "1 finding: 1 cause (1 bug). 1 of 1 hypothesis was confirmed.");
}

TEST(Summary, OfALabelThatFailsSystematicallyNeverSaysThatNothingWasFound) {
  Findings findings = made_up::nothing_confirmed();
  findings.bases[0].everywhere = true;
  EXPECT_EQ(summary(findings), "1 finding: 1 systematic failure. None of 10 hypotheses was confirmed.");
  findings.hypotheses.clear();
  EXPECT_EQ(summary(findings), "1 finding: 1 systematic failure.");
}

}  // namespace
}  // namespace scotoma
