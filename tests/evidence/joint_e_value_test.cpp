// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/joint_e_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "evidence/binomial.h"
#include "scotoma/evidence/e_value.h"
#include "scotoma/evidence/interval.h"

namespace scotoma {
namespace {

/// What the infimum is taken of.
double log_product(Sampled fresh, Sampled base, double delta, double p) {
  return log_e_value(fresh.events, fresh.valid, p + delta) + log_e_value(base.valid - base.events, base.valid, 1 - p);
}

/// The definition on a fine grid, evenly spaced in asin sqrt(p).
double by_grid(Sampled fresh, Sampled base, double delta) {
  constexpr int kPoints = 1000;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 1; i < kPoints; ++i) {
    const double sine = std::sin(std::numbers::pi / 2 * i / kPoints);
    least = std::min(least, log_product(fresh, base, delta, (1 - delta) * sine * sine));
  }
  return least;
}

TEST(LogJointEValue, AgreesWithItsDefinitionOnAFineGrid) {
  for (const int n : {0, 1, 7, 60, 400}) {
    for (const int n0 : {0, 1, 9, 48, 300}) {
      for (const double part : {0.0, 0.1, 0.5, 0.9, 1.0}) {
        for (const double part0 : {0.0, 0.03, 0.5, 1.0}) {
          const Sampled fresh = {static_cast<int>(std::lround(part * n)), n};
          const Sampled base = {static_cast<int>(std::lround(part0 * n0)), n0};
          const double joint = log_joint_e_value(fresh, base, 0.05);
          const double grid = by_grid(fresh, base, 0.05);
          EXPECT_LE(joint, grid + 1e-9) << fresh.events << '/' << n << " over " << base.events << '/' << n0;
          EXPECT_NEAR(joint, grid, 1e-3) << fresh.events << '/' << n << " over " << base.events << '/' << n0;
        }
      }
    }
  }
}

RC_GTEST_PROP(LogJointEValue, IsNeverAboveTheProductAtAnyBaseRate, ()) {
  const int n = *rc::gen::inRange(0, 3000);
  const int n0 = *rc::gen::inRange(0, 3000);
  const Sampled fresh = {*rc::gen::inRange(0, n + 1), n};
  const Sampled base = {*rc::gen::inRange(0, n0 + 1), n0};
  const double delta = *rc::gen::inRange(0, 900) / 1000.0;
  const double p = *rc::gen::inRange(1, 100'000) / 100'000.0 * (1 - delta);
  const double product = log_product(fresh, base, delta, p);
  RC_ASSERT(log_joint_e_value(fresh, base, delta) <= product + 1e-9 * (1 + std::fabs(product)));
}

RC_GTEST_PROP(LogJointEValue, GrowsWithEventsAndFallsWithBaseEventsAndDelta, ()) {
  const int n = *rc::gen::inRange(1, 500);
  const int n0 = *rc::gen::inRange(1, 500);
  const Sampled fresh = {*rc::gen::inRange(0, n), n};
  const Sampled base = {*rc::gen::inRange(0, n0), n0};
  const double delta = *rc::gen::inRange(0, 500) / 1000.0;
  const double now = log_joint_e_value(fresh, base, delta);
  RC_ASSERT(std::isfinite(now));
  RC_ASSERT(log_joint_e_value({fresh.events + 1, n}, base, delta) >= now - 1e-5);
  RC_ASSERT(log_joint_e_value(fresh, {base.events + 1, n0}, delta) <= now + 1e-5);
  RC_ASSERT(log_joint_e_value(fresh, base, delta + 0.01) <= now + 1e-5);
}

TEST(LogJointEValue, SaysNothingWhereNothingCouldBeRefuted) {
  EXPECT_EQ(log_joint_e_value({9, 9}, {0, 9}, 1), 0);
  EXPECT_LE(log_joint_e_value({500, 500}, {0, 0}, 0.05), 0)
      << "without a baseline sample the baseline rate may be anything";
  EXPECT_LE(log_joint_e_value({0, 0}, {0, 500}, 0.05), 0) << "a baseline sample alone is no evidence";
  EXPECT_LE(log_joint_e_value({500, 500}, {500, 500}, 0.05), 0);
}

TEST(LogJointEValue, IsFiniteForLargeSamples) {
  for (const int events : {0, 1, 5'000, 99'999, 100'000}) {
    for (const int base : {0, 1, 50'000, 100'000}) {
      for (const double delta : {0.0, 1e-6, 0.05, 0.999}) {
        EXPECT_TRUE(std::isfinite(log_joint_e_value({events, 100'000}, {base, 100'000}, delta)))
            << events << ' ' << base << ' ' << delta;
      }
    }
  }
}

/// The mean of E at the end under the stopping rule that makes it largest: by dynamic programming over all fresh
/// samples of at most `most` images, for each baseline sample of n0.
std::vector<double> best_by_base_sample(int most, int n0, double rate, double delta) {
  std::vector<double> best;
  for (int k = 0; k <= n0; ++k) {
    std::vector<double> ahead;  // by events
    for (int n = most; n >= 0; --n) {
      std::vector<double> now;
      for (std::size_t s = 0; s <= static_cast<std::size_t>(n); ++s) {
        const double stopped = std::exp(log_joint_e_value({static_cast<int>(s), n}, {k, n0}, delta));
        const double on = n == most ? 0 : rate * ahead[s + 1] + (1 - rate) * ahead[s];
        now.push_back(std::max(stopped, on));
      }
      ahead = now;
    }
    best.push_back(ahead.front());
  }
  return best;
}

TEST(LogJointEValue, NoStoppingRuleGetsMoreThanOneOnAverageAtAnyBaseRate) {
  constexpr int kBase = 16;
  for (const double delta : {0.05, 0.2}) {
    for (const double base_rate : {0.01, 0.1, 0.3, 0.5, 0.79, 0.9}) {
      const auto best = best_by_base_sample(20, kBase, std::min(1.0, base_rate + delta), delta);
      double mean = 0;
      for (int k = 0; k <= kBase; ++k)
        mean += binomial_probability(k, kBase, base_rate) * best[static_cast<std::size_t>(k)];
      EXPECT_LE(mean, 1 + 1e-9) << base_rate << " + " << delta;
      EXPECT_GE(mean, 0.01) << "the bound should not be empty";
    }
  }
}

TEST(LogJointEValue, OfALabelPickedByItsBaseSampleIsNoEValueButAllLabelsTogetherPay) {
  constexpr int kBase = 16;
  constexpr int kLabels = 1000;
  constexpr double kRate = 0.3;
  const auto best = best_by_base_sample(20, kBase, kRate + 0.05, 0.05);
  double mean = 0;  // of the label with the fewest base events
  double at_least = 1;
  for (int k = 0; k <= kBase; ++k) {
    const double more = std::max(0.0, at_least - binomial_probability(k, kBase, kRate));
    mean += (std::pow(at_least, kLabels) - std::pow(more, kLabels)) * best[static_cast<std::size_t>(k)];
    at_least = more;
  }
  EXPECT_GT(mean, 1) << "then e-BH over the tested phrases alone would do";
  EXPECT_LE(mean, kLabels);
}

/// Baseline images stop at `first` where none of these fails, and otherwise, or if asked for, at `all`.
TEST(LogJointEValue, ABaseSampleThatGrowsWhereItFailsHasNoMoreThanOneOnAverage) {
  constexpr int kFirst = 8;
  constexpr int kAll = 48;
  for (int percent = 1; percent < 100; ++percent) {
    const double p = percent / 100.0;
    const auto e0 = [&](int events, int n) { return std::exp(log_e_value(n - events, n, 1 - p)); };
    double mean = std::pow(1 - p, kFirst) * e0(0, kFirst);
    for (int early = 1; early <= kFirst; ++early) {
      for (int late = 0; late <= kAll - kFirst; ++late)
        mean += binomial_probability(early, kFirst, p) * binomial_probability(late, kAll - kFirst, p) *
                e0(early + late, kAll);
    }
    EXPECT_LE(mean, 1 + 1e-9) << p;
    EXPECT_GT(mean, 0.99) << p << ": a martingale's mean is 1 wherever it stops";
  }
}

TEST(LogJointEValue, NeedsFewerImagesThanABarAtTheBoundOfTheBaselineRate) {
  // 1 of 48 baseline images fails; half of those with the phrase do. 4 labels, 16 phrases each, alpha' = 0.04.
  const double joint_bar = std::log(2 * 4 * 16 / 0.04);
  const double bound_bar = std::log(64 / 0.04);
  const double bound = clopper_pearson_upper(1, 48, 1 - 0.01 / 8) + 0.05;
  int joint = 2;
  while (log_joint_e_value({joint / 2, joint}, {1, 48}, 0.05) < joint_bar) joint += 2;
  int alone = 2;
  while (log_e_value(alone / 2, alone, bound) < bound_bar) alone += 2;
  EXPECT_LT(joint, 0.75 * alone);
}

}  // namespace
}  // namespace scotoma
