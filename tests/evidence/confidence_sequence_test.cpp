// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/confidence_sequence.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <vector>

#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

constexpr double kHolds = 0.95;

/// The e-process against p, by its definition.
double log_e(int events, int n, double p) {
  const double mixture =
      std::log(boost::math::beta(events + 0.5, n - events + 0.5)) - std::log(boost::math::beta(0.5, 0.5));
  return mixture - (events == 0 ? 0 : events * std::log(p)) - (n == events ? 0 : (n - events) * std::log(1 - p));
}

RC_GTEST_PROP(ConfidenceSequence, HoldsExactlyTheRatesThatTheProcessHasNotRejected, ()) {
  const int n = *rc::gen::inRange(1, 300);
  const int events = *rc::gen::inRange(0, n + 1);
  const Interval interval = confidence_sequence(events, n, kHolds);
  const double bar = std::log(20.0);
  if (interval.low > 0) {
    RC_ASSERT(log_e(events, n, interval.low * 0.9999) > bar);
    RC_ASSERT(log_e(events, n, interval.low + 1e-4 * (1 - interval.low)) < bar);
  }
  if (interval.high < 1) {
    RC_ASSERT(log_e(events, n, interval.high + 1e-4 * (1 - interval.high)) > bar);
    RC_ASSERT(log_e(events, n, interval.high * 0.9999) < bar);
  }
  RC_ASSERT((events == 0) == (interval.low == 0));
  RC_ASSERT((events == n) == (interval.high == 1));
}

RC_GTEST_PROP(ConfidenceSequence, OfPassesIsThatOfFailuresTurnedRound, ()) {
  const int n = *rc::gen::inRange(0, 300);
  const int events = *rc::gen::inRange(0, n + 1);
  const Interval one = confidence_sequence(events, n, kHolds);
  const Interval other = confidence_sequence(n - events, n, kHolds);
  RC_ASSERT(std::fabs(one.low - (1 - other.high)) < 1e-9);
}

TEST(ConfidenceSequence, OfNothingIsEverything) {
  EXPECT_EQ(confidence_sequence(0, 0, kHolds).low, 0);
  EXPECT_EQ(confidence_sequence(0, 0, kHolds).high, 1);
}

/// The share of samples of up to `most` rounds, one trial of each rate a round, of which some interval missed the mean.
double ever_missed(const std::vector<double>& rates, int most) {
  constexpr int kSamples = 2000;
  double mean = 0;
  for (const double rate : rates) mean += rate / static_cast<double>(rates.size());
  Philox random(7);
  int missed = 0;
  for (int sample = 0; sample < kSamples; ++sample) {
    bool out = false;
    int events = 0;
    int n = 0;
    for (int round = 0; round < most && !out; ++round) {
      for (const double rate : rates) events += random.uniform() < rate ? 1 : 0;
      n += static_cast<int>(rates.size());
      const Interval interval = confidence_sequence(events, n, kHolds);
      out = mean < interval.low || interval.high < mean;
    }
    missed += out ? 1 : 0;
  }
  return static_cast<double>(missed) / kSamples;
}

TEST(ConfidenceSequence, SeldomEverMissesTheRate) {
  for (const double rate : {0.02, 0.3, 0.5, 0.95}) EXPECT_LE(ever_missed({rate}, 200), 0.05 + 0.015) << rate;
}

TEST(ConfidenceSequence, SeldomEverMissesTheMeanOfRatesInTurn) {
  EXPECT_LE(ever_missed({0.1, 0.9}, 100), 0.05 + 0.015);
  EXPECT_LE(ever_missed({0.0, 0.0, 0.0, 1.0}, 50), 0.05 + 0.015);
}

}  // namespace
}  // namespace scotoma
