// SPDX-License-Identifier: Apache-2.0
#include "scotoma/transfer/check.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "evidence/binomial.h"
#include "fake/candidates.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

/// `now` of `valid` fail under the classifier in question, `before` of them did, as differently as the counts allow.
CheckCase case_of(int now, int before, int valid, double allowed) {
  CheckCase one;
  one.now.claimed = {now, valid, 0};
  one.now.allowed = allowed;
  one.before = {before, valid, 0};
  const int both = std::max(0, now + before - valid);
  one.only_now = now - both;
  one.only_before = before - both;
  return one;
}

Verdict verdict_of(CheckCase one) {
  std::vector<CheckCase> cases = {std::move(one)};
  decide(cases);
  return cases[0].verdict;
}

TEST(Decide, TellsTheFourVerdictsApart) {
  EXPECT_EQ(verdict_of(case_of(0, 60, 64, 0.1)), Verdict::fixed);
  EXPECT_EQ(verdict_of(case_of(60, 60, 64, 0.1)), Verdict::there);
  EXPECT_EQ(verdict_of(case_of(60, 30, 64, 0.1)), Verdict::worse);
  EXPECT_EQ(verdict_of(case_of(6, 60, 64, 0.1)), Verdict::undecided);
  EXPECT_EQ(verdict_of(case_of(0, 0, 0, 0.1)), Verdict::undecided) << "no image says nothing";
}

TEST(Decide, OfFewImagesSaysFixedOnlyWhereTheLimitIsWithinWhatIsAllowed) {
  for (int valid = 1; valid <= 80; ++valid) {
    for (int now = 0; now <= valid; ++now) {
      const bool within = clopper_pearson_upper(now, valid, 0.95) <= 0.0973;
      EXPECT_EQ(verdict_of(case_of(now, valid, valid, 0.0973)) == Verdict::fixed, within) << now << " of " << valid;
    }
  }
}

int rank(Verdict verdict) {
  return verdict == Verdict::fixed ? 0 : verdict == Verdict::undecided ? 1 : verdict == Verdict::there ? 2 : 3;
}

RC_GTEST_PROP(Decide, MoreFailuresNeverLookBetter, ()) {
  const int valid = *rc::gen::inRange(1, 120);
  const double allowed = *rc::gen::inRange(1, 900) / 1000.0;
  const int cases = *rc::gen::inRange(1, 6);
  std::vector<CheckCase> some;
  for (int i = 0; i < cases; ++i)
    some.push_back(case_of(*rc::gen::inRange(0, valid + 1), *rc::gen::inRange(0, valid + 1), valid, allowed));
  const auto which = *rc::gen::inRange<std::size_t>(0, some.size());
  std::vector<CheckCase> more = some;
  CheckCase& grown = more[which];
  if (grown.now.claimed.failures == valid) return;
  ++grown.now.claimed.failures;  // one more image fails: one that failed before, or one that did not
  if (grown.only_before > 0 && *rc::gen::arbitrary<bool>()) {
    --grown.only_before;
  } else {
    ++grown.only_now;
  }
  decide(some);
  decide(more);
  RC_ASSERT(rank(more[which].verdict) >= rank(some[which].verdict));
}

RC_GTEST_PROP(Decide, DoesNotDependOnTheOrderOfTheCases, ()) {
  const auto counts = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 65));
  std::vector<CheckCase> cases;
  for (std::size_t i = 0; i < counts.size(); ++i) cases.push_back(case_of(counts[i], 30, 64, 0.1));
  std::vector<CheckCase> turned(cases.rbegin(), cases.rend());
  decide(cases);
  decide(turned);
  for (std::size_t i = 0; i < cases.size(); ++i) RC_ASSERT(cases[i].verdict == turned[cases.size() - 1 - i].verdict);
}

TEST(Decide, PassesABugThatIsThereWithAtMostFivePercent) {
  for (const int valid : {16, 64, 96, 300}) {
    for (const double allowed : {0.05, 0.0962, 0.28, 0.5}) {
      double passed = 0;  // at the rate just above what is allowed, every outcome
      double accused = 0;
      for (int now = 0; now <= valid; ++now) {
        const Verdict verdict = verdict_of(case_of(now, valid, valid, allowed));
        if (verdict == Verdict::fixed) passed += binomial_probability(now, valid, allowed);
        if (verdict == Verdict::there || verdict == Verdict::worse)
          accused += binomial_probability(now, valid, allowed);
      }
      EXPECT_LE(passed, 0.05 + 1e-9) << valid << " images, " << allowed << " allowed";
      EXPECT_LE(accused, 0.05 + 1e-9) << valid << " images, " << allowed << " allowed";
    }
  }
}

TEST(Decide, OfManyCasesAtWhatIsAllowedAccusesOneWithAtMostFivePercent) {
  // Holm over m cases: the worst is one p-value at 0.05 / m. Sixteen cases, each with the smallest count that one alone
  // would be accused of, must not be accused together.
  int alone = 0;
  while (verdict_of(case_of(alone, 64, 64, 0.1)) != Verdict::there) ++alone;
  std::vector<CheckCase> cases(16, case_of(0, 64, 64, 0.1));
  cases[3] = case_of(alone, 64, 64, 0.1);
  decide(cases);
  EXPECT_EQ(cases[3].verdict, Verdict::undecided);
}

using Checked = fake::Candidates;

TEST_F(Checked, AreGreenWithoutTheFaultsAndRedWithThem) {
  for (const CheckCase& one : checked(candidate(sound_, "sound")).cases) {
    EXPECT_EQ(one.verdict, Verdict::fixed) << one.id << ": " << one.now.claimed.failures << " of "
                                           << one.now.claimed.valid << ", allowed " << one.now.allowed;
  }
  const Check red = checked(candidate(same_, "same"));
  ASSERT_EQ(red.cases.size(), bugs_.size() + 1) << "and the label that fails systematically";
  for (const CheckCase& one : red.cases) {
    EXPECT_EQ(one.verdict, Verdict::there) << one.id;
    EXPECT_EQ(one.only_now + one.only_before, 0) << one.id << ": the same answers differ in nothing";
  }
}

TEST_F(Checked, CasesOfOneFindingStandTogetherAndASystematicFailureIsOne) {
  const Check result = checked(candidate(same_, "same"));
  std::vector<std::string> findings;
  std::set<std::string> ids;
  for (const CheckCase& one : result.cases) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    if (findings.empty() || findings.back() != one.finding) findings.push_back(one.finding);
  }
  EXPECT_EQ(findings, (std::vector<std::string>{"on-a-flower-as-bee", "cow-systematic"}));
  const auto cow = std::find_if(result.cases.begin(), result.cases.end(), [](auto& one) { return one.systematic; });
  ASSERT_NE(cow, result.cases.end());
  EXPECT_EQ(cow->id, "cow-systematic");
  EXPECT_EQ(cow->now.allowed, study_.evidence.failing_label_threshold);
  EXPECT_EQ(cow->before.failures, base_of(findings_.bases, "cow")->rate.failures);
  EXPECT_EQ(cow->now.claimed.valid, base_of(findings_.bases, "cow")->rate.valid);
}

TEST_F(Checked, AgainstALabelThatFailsAndNothingElseIsRedWhileItDoes) {
  for (Hypothesis& h : findings_.hypotheses) h.status = Status::not_confirmed;
  const Check red = checked(candidate(same_, "same"));
  ASSERT_EQ(red.cases.size(), 1U);
  EXPECT_EQ(red.cases[0].verdict, Verdict::there);
  const Check green = checked(candidate(sound_, "sound"));
  ASSERT_EQ(green.cases.size(), 1U);
  EXPECT_EQ(green.cases[0].verdict, Verdict::fixed);
}

TEST_F(Checked, OneThatFailsEverywhereHasFixedNothing) {
  fake::World broken(fake::with_rules({{"fly", "", "bee", 1}, {"cow", "", "cat", 1}}));
  const Check result = checked(candidate(broken, "broken"));
  for (const CheckCase& one : result.cases) {
    EXPECT_TRUE(one.verdict == Verdict::there || one.verdict == Verdict::worse) << one.id;
    if (!one.systematic) {
      EXPECT_GT(one.now.controls.rate, 0.9) << one.id;
    }
  }
}

}  // namespace
}  // namespace scotoma
