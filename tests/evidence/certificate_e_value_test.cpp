// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/certificate_e_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "evidence/binomial.h"
#include "scotoma/evidence/e_value.h"

namespace scotoma {
namespace {

const double kAlone = std::log(1 / 0.05);

/// What the infimum is taken of.
double log_certificate_product(Sampled fresh, Sampled base, double size, double p) {
  const double passes = log_e_value(fresh.valid - fresh.events, fresh.valid, 1 - p - size);
  return passes + std::log(0.5 + 0.5 * std::exp(log_e_value(base.events, base.valid, p)));
}

/// The definition on a fine grid, evenly spaced in asin sqrt(p).
double certificate_by_grid(Sampled fresh, Sampled base, double size) {
  constexpr int kPoints = 1000;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 1; i < kPoints; ++i) {
    const double sine = std::sin(std::numbers::pi / 2 * i / kPoints);
    least = std::min(least, log_certificate_product(fresh, base, size, (1 - size) * sine * sine));
  }
  return least;
}

TEST(LogCertificateEValue, AgreesWithItsDefinitionOnAFineGrid) {
  for (const int n : {0, 1, 7, 60, 400}) {
    for (const int n0 : {0, 1, 9, 48, 300}) {
      for (const double part : {0.0, 0.1, 0.5, 0.9, 1.0}) {
        for (const double part0 : {0.0, 0.03, 0.5, 1.0}) {
          const Sampled fresh = {static_cast<int>(std::lround(part * n)), n};
          const Sampled base = {static_cast<int>(std::lround(part0 * n0)), n0};
          const double joint = log_certificate_e_value(fresh, base, 0.2);
          const double grid = certificate_by_grid(fresh, base, 0.2);
          EXPECT_LE(joint, grid + 1e-9) << fresh.events << '/' << n << " over " << base.events << '/' << n0;
          EXPECT_NEAR(joint, grid, part < 1 ? 5e-3 : 0.03)
              << fresh.events << '/' << n << " over " << base.events << '/' << n0;
        }
      }
    }
  }
}

RC_GTEST_PROP(LogCertificateEValue, IsNeverAboveTheProductAtAnyBaselineRate, ()) {
  const int n = *rc::gen::inRange(0, 1000);
  const int n0 = *rc::gen::inRange(0, 500);
  const Sampled fresh = {*rc::gen::inRange(0, n + 1), n};
  const Sampled base = {*rc::gen::inRange(0, n0 + 1), n0};
  const double size = *rc::gen::inRange(1, 950) / 1000.0;
  const double p = *rc::gen::inRange(1, 100'000) / 100'000.0 * (1 - size);
  const double product = log_certificate_product(fresh, base, size, p);
  RC_ASSERT(log_certificate_e_value(fresh, base, size) <= product + 1e-9 * (1 + std::fabs(product)));
}

RC_GTEST_PROP(LogCertificateEValue, FallsWithFailuresAndGrowsWithBaselineFailuresAndSize, ()) {
  const int n = *rc::gen::inRange(1, 500);
  const int n0 = *rc::gen::inRange(1, 500);
  const Sampled fresh = {*rc::gen::inRange(0, n), n};
  const Sampled base = {*rc::gen::inRange(0, n0), n0};
  const double size = *rc::gen::inRange(10, 900) / 1000.0;
  const double now = log_certificate_e_value(fresh, base, size);
  RC_ASSERT(std::isfinite(now));
  RC_ASSERT(log_certificate_e_value({fresh.events + 1, n}, base, size) <= now + 1e-5);
  RC_ASSERT(log_certificate_e_value(fresh, {base.events + 1, n0}, size) >= now - 1e-5);
  RC_ASSERT(log_certificate_e_value(fresh, base, size + 0.01) >= now - 1e-5);
  RC_ASSERT(log_certificate_e_value({fresh.events, n + 1}, base, size) >= now - 1e-5);
}

RC_GTEST_PROP(LogCertificateEValue, WithoutBaselineImagesIsThatOfTheRateItself, ()) {
  const int n = *rc::gen::inRange(0, 1000);
  const Sampled fresh = {*rc::gen::inRange(0, n + 1), n};
  const double size = *rc::gen::inRange(10, 950) / 1000.0;
  const double alone = log_certificate_e_value(fresh, size);
  RC_ASSERT(std::fabs(log_certificate_e_value(fresh, {0, 0}, size) - alone) < 1e-4 * (1 + std::fabs(alone)));
}

RC_GTEST_PROP(LogCertificateEValue, ABaselineSampleCostsNoMoreThanItsHalfOfTheStake, ()) {
  const int n = *rc::gen::inRange(0, 300);
  const int n0 = *rc::gen::inRange(0, 1000);
  const Sampled fresh = {*rc::gen::inRange(0, n + 1), n};
  const Sampled base = {*rc::gen::inRange(0, n0 + 1), n0};
  RC_ASSERT(log_certificate_e_value(fresh, base, 0.2) >= log_certificate_e_value(fresh, 0.2) - std::log(2) - 1e-4);
}

int images_without_failure(Sampled base, double size) {
  int n = 0;
  while (log_certificate_e_value({0, n}, base, size) < kAlone) ++n;
  return n;
}

TEST(LogCertificateEValue, TakesLittleMoreThanTheFewestImagesThatCouldDo) {
  for (const double size : {0.05, 0.1, 0.2, 0.3, 0.5}) {
    const double fewest = kAlone / -std::log1p(-size);  // of E = 1 / (1 - size)^n, which one failure would end
    EXPECT_LE(images_without_failure({0, 0}, size), 1.3 * fewest + 1) << size;
  }
  EXPECT_EQ(images_without_failure({0, 0}, 0.2), 17);
  EXPECT_EQ(images_without_failure({0, 48}, 0.2), 21);
}

TEST(LogCertificateEValue, AFailingBaselineSampleAllowsForAsManyFailuresWithThePhrase) {
  EXPECT_LT(log_certificate_e_value({15, 100}, 0.2), 1);
  EXPECT_GT(log_certificate_e_value({15, 100}, {30, 200}, 0.2), kAlone) << "as often as without the phrase";
  EXPECT_LT(log_certificate_e_value({35, 100}, {30, 200}, 0.2), 1) << "20 points more often";
}

TEST(LargestRise, IsWhereTheEvidenceReachesTheBar) {
  for (const Sampled fresh : {Sampled{0, 20}, Sampled{3, 40}, Sampled{20, 40}}) {
    for (const Sampled base : {Sampled{0, 0}, Sampled{4, 60}}) {
      const double rise = largest_rise(fresh, base, kAlone);
      if (rise < 1) {
        EXPECT_GE(log_certificate_e_value(fresh, base, rise), kAlone);
      }
      EXPECT_LT(log_certificate_e_value(fresh, base, rise - 0.001), kAlone);
    }
  }
  EXPECT_EQ(largest_rise({0, 0}, {0, 0}, kAlone), 1);
  EXPECT_NEAR(largest_rate({0, 17}, kAlone), 0.2, 0.01);
}

/// The mean of E at the end under the rule that makes it largest, which after every image says whether to stop, or
/// whether the next has the phrase or not: by dynamic programming over all samples of at most `most` images of each.
double best_rule(int most, double rate, double base_rate, double size) {
  const auto side = static_cast<std::size_t>(most) + 1;
  const auto at = [&](int s, int n, int k0, int n0) {
    return ((static_cast<std::size_t>(n) * side + static_cast<std::size_t>(s)) * side + static_cast<std::size_t>(n0)) *
               side +
           static_cast<std::size_t>(k0);
  };
  std::vector<double> best(side * side * side * side);
  for (int n = most; n >= 0; --n) {
    for (int n0 = most; n0 >= 0; --n0) {
      for (int s = 0; s <= n; ++s) {
        for (int k0 = 0; k0 <= n0; ++k0) {
          double value = std::exp(log_certificate_e_value({s, n}, {k0, n0}, size));
          if (n < most)
            value = std::max(value, rate * best[at(s + 1, n + 1, k0, n0)] + (1 - rate) * best[at(s, n + 1, k0, n0)]);
          if (n0 < most)
            value = std::max(value,
                             base_rate * best[at(s, n, k0 + 1, n0 + 1)] + (1 - base_rate) * best[at(s, n, k0, n0 + 1)]);
          best[at(s, n, k0, n0)] = value;
        }
      }
    }
  }
  return best[at(0, 0, 0, 0)];
}

TEST(LogCertificateEValue, NoRuleOfStoppingAndSamplingGetsMoreThanOneOnAverage) {
  for (const double size : {0.1, 0.3}) {
    for (const double base_rate : {0.0, 0.05, 0.3, 0.6, 0.7}) {
      const double rate = base_rate + size;
      EXPECT_LE(best_rule(12, std::min(1.0, rate), base_rate, size), 1 + 1e-9) << base_rate << " + " << size;
    }
  }
  EXPECT_GT(best_rule(12, 0.05, 0.05, 0.3), 2) << "valid, but blind";
}

}  // namespace
}  // namespace scotoma
