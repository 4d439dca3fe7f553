// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/interval.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "evidence/binomial.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

struct Trials {
  int events = 0;
  int n = 0;
};

Trials any_trials(int most) {
  const int n = *rc::gen::inRange(1, most + 1);
  return {*rc::gen::inRange(0, n + 1), n};
}

void expect_near(const Interval& interval, double low, double high, double tolerance) {
  EXPECT_NEAR(interval.low, low, tolerance);
  EXPECT_NEAR(interval.high, high, tolerance);
}

/// P(X <= k) by summing.
double at_most(int k, int n, double p) {
  double sum = 0;
  for (int i = 0; i <= k; ++i) sum += binomial_probability(i, n, p);
  return sum;
}

// Newcombe, Statistics in Medicine 17 (1998), 857-872, table I: methods 5 (exact) and 3 (score), 95 %.
TEST(ClopperPearson, GivesThePublishedLimits) {
  expect_near(clopper_pearson(81, 263, 0.95), 0.2527, 0.3676, 5e-5);
  expect_near(clopper_pearson(15, 148, 0.95), 0.0578, 0.1617, 5e-5);
  expect_near(clopper_pearson(0, 20, 0.95), 0.0, 0.1684, 5e-5);
  expect_near(clopper_pearson(1, 29, 0.95), 0.0009, 0.1776, 5e-5);
  expect_near(clopper_pearson(0, 10, 0.95), 0.0, 0.3085, 5e-5);
}

TEST(Wilson, GivesThePublishedLimits) {
  expect_near(wilson(81, 263, 0.95), 0.2553, 0.3662, 5e-5);
  expect_near(wilson(15, 148, 0.95), 0.0624, 0.1605, 5e-5);
  expect_near(wilson(0, 20, 0.95), 0.0, 0.1611, 5e-5);
  expect_near(wilson(1, 29, 0.95), 0.0061, 0.1718, 5e-5);
}

// Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10, 95 %.
TEST(NewcombeDifference, GivesThePublishedLimits) {
  expect_near(newcombe_difference(56, 70, 48, 80, 0.95), 0.0524, 0.3339, 5e-5);
  expect_near(newcombe_difference(9, 10, 3, 10, 0.95), 0.1705, 0.8090, 5e-5);
  expect_near(newcombe_difference(6, 7, 2, 7, 0.95), 0.0582, 0.8062, 5e-5);
  expect_near(newcombe_difference(5, 56, 0, 29, 0.95), -0.0381, 0.1926, 5e-5);
  expect_near(newcombe_difference(0, 10, 0, 20, 0.95), -0.1611, 0.2775, 5e-5);
  expect_near(newcombe_difference(0, 10, 0, 10, 0.95), -0.2775, 0.2775, 5e-5);
  expect_near(newcombe_difference(10, 10, 0, 20, 0.95), 0.6791, 1.0, 5e-5);
  expect_near(newcombe_difference(10, 10, 0, 10, 0.95), 0.6075, 1.0, 5e-5);
}

TEST(Intervals, OfNoTrialsSayNothing) {
  expect_near(clopper_pearson(0, 0, 0.95), 0, 1, 0);
  expect_near(wilson(0, 0, 0.95), 0, 1, 0);
  expect_near(newcombe_difference(0, 0, 3, 4, 0.95), -1, 1, 0);
  expect_near(newcombe_difference(3, 4, 0, 0, 0.95), -1, 1, 0);
  EXPECT_EQ(clopper_pearson_upper(0, 0, 0.99), 1);
  EXPECT_EQ(clopper_pearson_lower(0, 0, 0.99), 0);
}

TEST(ClopperPearson, LimitsLeaveExactlyTheErrorInEachTail) {
  for (const int n : {1, 2, 7, 30, 60}) {
    for (int s = 0; s <= n; ++s) {
      for (const double level : {0.5, 0.95, 0.9999}) {
        const double upper = clopper_pearson_upper(s, n, level);
        const double lower = clopper_pearson_lower(s, n, level);
        if (s < n) {
          EXPECT_NEAR(at_most(s, n, upper), 1 - level, 1e-10) << s << '/' << n;
        }
        if (s > 0) {
          EXPECT_NEAR(1 - at_most(s - 1, n, lower), 1 - level, 1e-10) << s << '/' << n;
        }
      }
    }
  }
}

TEST(ClopperPearson, CoversAtLeastTheNominalLevelAtEveryRate) {
  constexpr double kLevel = 0.95;
  for (const int n : {1, 3, 10, 25, 40}) {
    std::vector<Interval> both;
    std::vector<double> upper;
    for (int s = 0; s <= n; ++s) {
      both.push_back(clopper_pearson(s, n, kLevel));
      upper.push_back(clopper_pearson_upper(s, n, kLevel));
    }
    for (double p = 0.005; p < 1; p += 0.01) {
      double covered = 0;
      double below_upper = 0;
      for (std::size_t s = 0; s < both.size(); ++s) {
        const double weight = binomial_probability(static_cast<int>(s), n, p);
        if (both[s].low <= p && p <= both[s].high) covered += weight;
        if (p <= upper[s]) below_upper += weight;
      }
      EXPECT_GE(covered, kLevel - 1e-12) << n << ' ' << p;
      EXPECT_GE(below_upper, kLevel - 1e-12) << n << ' ' << p;
    }
  }
}

TEST(ClopperPearson, StaysFiniteAndOrderedForLargeSamplesAndTinyErrors) {
  for (const int n : {1, 1000, 100'000}) {
    for (const int s : {0, 1, n / 3, n - 1, n}) {
      for (const double level : {1e-6, 0.5, 1 - 1e-5, 1 - 1e-9}) {
        const double upper = clopper_pearson_upper(s, n, level);
        EXPECT_TRUE(0 < upper && upper <= 1) << s << '/' << n << ' ' << level << ": " << upper;
        EXPECT_NEAR(clopper_pearson_lower(n - s, n, level), 1 - upper, 1e-9) << s << '/' << n << ' ' << level;
      }
    }
  }
}

// "Comparison of eleven methods" reports a mean coverage of method 10 of 0.9602, over sizes from 5 to 50.
TEST(NewcombeDifference, CoversAboutTheNominalLevelOnAverage) {
  constexpr int kN1 = 20;
  constexpr int kN2 = 15;
  double mean = 0;
  int rates = 0;
  for (double p1 = 0.025; p1 < 1; p1 += 0.05) {
    for (double p2 = 0.025; p2 < 1; p2 += 0.05, ++rates) {
      for (int s1 = 0; s1 <= kN1; ++s1) {
        for (int s2 = 0; s2 <= kN2; ++s2) {
          const Interval i = newcombe_difference(s1, kN1, s2, kN2, 0.95);
          if (i.low > p1 - p2 || p1 - p2 > i.high) continue;
          mean += binomial_probability(s1, kN1, p1) * binomial_probability(s2, kN2, p2);
        }
      }
    }
  }
  mean /= rates;
  EXPECT_GT(mean, 0.945);
  EXPECT_LT(mean, 0.975);
}

RC_GTEST_PROP(Intervals, HoldTheEstimateAndStayWithinBounds, ()) {
  const Trials x = any_trials(2000);
  const double confidence = *rc::gen::inRange(1, 1000) / 1000.0;
  const double rate = static_cast<double>(x.events) / x.n;
  const Interval score = wilson(x.events, x.n, confidence);
  RC_ASSERT(0 <= score.low && score.low <= rate + 1e-12 && rate <= score.high + 1e-12 && score.high <= 1);
  const Interval exact = clopper_pearson(x.events, x.n, 0.5 + confidence / 2);
  RC_ASSERT(0 <= exact.low && exact.low <= rate && rate <= exact.high && exact.high <= 1);
}

RC_GTEST_PROP(Intervals, MirrorWhenEventsAndNonEventsSwap, ()) {
  const Trials x = any_trials(500);
  for (const auto interval : {&clopper_pearson, &wilson}) {
    const Interval i = interval(x.events, x.n, 0.95);
    const Interval mirror = interval(x.n - x.events, x.n, 0.95);
    RC_ASSERT(std::fabs(i.low + mirror.high - 1) < 1e-10);
    RC_ASSERT(std::fabs(i.high + mirror.low - 1) < 1e-10);
  }
}

RC_GTEST_PROP(Intervals, RiseWithEventsAndWidenWithConfidence, ()) {
  const Trials x = any_trials(500);
  for (const auto interval : {&clopper_pearson, &wilson}) {
    const Interval i = interval(x.events, x.n, 0.9);
    const Interval wider = interval(x.events, x.n, 0.99);
    RC_ASSERT(wider.low <= i.low && i.high <= wider.high);
    if (x.events == x.n) continue;
    const Interval next = interval(x.events + 1, x.n, 0.9);
    RC_ASSERT(i.low < next.low && i.high < next.high);
  }
}

RC_GTEST_PROP(NewcombeDifference, ChangesSignWhenTheSamplesSwapAndHoldsTheEstimate, ()) {
  const Trials x = any_trials(300);
  const Trials y = any_trials(300);
  const Interval there = newcombe_difference(x.events, x.n, y.events, y.n, 0.95);
  const Interval back = newcombe_difference(y.events, y.n, x.events, x.n, 0.95);
  RC_ASSERT(std::fabs(there.low + back.high) < 1e-12 && std::fabs(there.high + back.low) < 1e-12);
  const double difference = static_cast<double>(x.events) / x.n - static_cast<double>(y.events) / y.n;
  RC_ASSERT(-1 <= there.low && there.low <= difference && difference <= there.high && there.high <= 1);
}

struct PairedExample {
  int both, only_first, only_second, neither;
  double low, high;
};

// Newcombe, Statistics in Medicine 17 (1998), 2635-2650, table III, method 10.
const PairedExample kNewcombePaired[] = {
    {36, 12, 2, 0, 0.0569, 0.3404},
};

TEST(NewcombePaired, GivesThePublishedIntervals) {
  for (const PairedExample& e : kNewcombePaired) {
    const Interval i = newcombe_paired(e.both, e.only_first, e.only_second, e.neither, 0.95);
    EXPECT_NEAR(i.low, e.low, 5e-5);
    EXPECT_NEAR(i.high, e.high, 5e-5);
  }
  const Interval none = newcombe_paired(0, 0, 0, 0, 0.95);
  EXPECT_EQ(none.low, -1);
  EXPECT_EQ(none.high, 1);
}

RC_GTEST_PROP(NewcombePaired, ChangesSignWhenTheTwoSwapAndHoldsTheEstimate, ()) {
  const int a = *rc::gen::inRange(0, 60);
  const int b = *rc::gen::inRange(0, 60);
  const int c = *rc::gen::inRange(0, 60);
  const int d = *rc::gen::inRange(0, 60);
  RC_PRE(a + b + c + d > 0);
  const Interval there = newcombe_paired(a, b, c, d, 0.95);
  const Interval back = newcombe_paired(a, c, b, d, 0.95);
  RC_ASSERT(std::fabs(there.low + back.high) < 1e-12 && std::fabs(there.high + back.low) < 1e-12);
  const double difference = static_cast<double>(b - c) / (a + b + c + d);
  RC_ASSERT(-1 <= there.low && there.low <= difference && difference <= there.high && there.high <= 1);
}

TEST(NewcombePaired, CoversTheTrueDifferenceAboutAsOftenAsItSays) {
  // 60 pairs; the first has the event at 0.5, the second at 0.3 or less, and they agree more than chance would have it.
  const double both = 0.25, first = 0.25, second = 0.05, neither = 0.45;
  Philox random(11);
  int covered = 0;
  constexpr int kTrials = 4000;
  for (int t = 0; t < kTrials; ++t) {
    int counts[4] = {};
    for (int i = 0; i < 60; ++i) {
      const double u = random.uniform();
      ++counts[u < both ? 0 : u < both + first ? 1 : u < both + first + second ? 2 : 3];
    }
    const Interval i = newcombe_paired(counts[0], counts[1], counts[2], counts[3], 0.95);
    covered += i.low <= first - second && first - second <= i.high ? 1 : 0;
  }
  static_cast<void>(neither);
  EXPECT_NEAR(static_cast<double>(covered) / kTrials, 0.95, 0.02);
}

}  // namespace
}  // namespace scotoma
