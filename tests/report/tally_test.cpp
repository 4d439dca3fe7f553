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

TEST(Summary, AgreesInNumber) {
  EXPECT_EQ(summary(Findings{}), "No bug was confirmed.");
  EXPECT_EQ(summary(made_up::nothing_confirmed()), "No bug was confirmed among 10 hypotheses.");
  Findings findings = made_up::findings();
  EXPECT_EQ(summary(findings),
            "2 bugs confirmed among 13 hypotheses. 1 label fails nearly everywhere, with 1 exception.");
  findings.hypotheses.resize(2);  // the exception and one bug
  findings.bases[0].everywhere = true;
  EXPECT_EQ(summary(findings),
            "1 bug confirmed among 2 hypotheses. 2 labels fail nearly everywhere, with 1 exception.");
  findings.hypotheses.clear();
  EXPECT_EQ(summary(findings), "No bug was confirmed. 2 labels fail nearly everywhere.");
}

}  // namespace
}  // namespace scotoma
