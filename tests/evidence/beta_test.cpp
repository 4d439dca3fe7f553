// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/beta.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace scotoma {
namespace {

/// P(X > x) by adding up the density.
double by_hand(int a, int b, double x) {
  constexpr int kSteps = 200000;
  const double log_norm = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b);
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double q = x + (1 - x) * (i + 0.5) / kSteps;
    sum += std::exp(log_norm + (a - 1) * std::log(q) + (b - 1) * std::log(1 - q)) * (1 - x) / kSteps;
  }
  return sum;
}

TEST(Beta, TailAgreesWithTheIntegralOfTheDensity) {
  EXPECT_NEAR(beta_above(1, 1, 0.3), 0.7, 1e-12);
  EXPECT_NEAR(beta_above(3, 9, 0.2), by_hand(3, 9, 0.2), 1e-7);
  EXPECT_NEAR(beta_above(9, 1, 0.5), by_hand(9, 1, 0.5), 1e-7);
  EXPECT_EQ(beta_above(2, 2, 0), 1);
  EXPECT_EQ(beta_above(2, 2, 1), 0);
}

TEST(Beta, QuantilesOfEverySmallCount) {
  for (int a = 1; a < 40; ++a) {
    for (int b = 1; b < 40; ++b) {
      for (const double p : {0.1, 0.25, 0.5, 0.75, 0.9}) {
        const double x = beta_quantile(a, b, p);  // 5, 5, 0.5 is one that Boost gives up
        EXPECT_NEAR(1 - beta_above(a, b, x), p, 1e-9) << a << ' ' << b << ' ' << p;
      }
    }
  }
}

RC_GTEST_PROP(Beta, QuantileTurnsTheTailRound, ()) {
  const int a = *rc::gen::inRange(1, 60);
  const int b = *rc::gen::inRange(1, 60);
  const double p = *rc::gen::inRange(1, 1000) / 1000.0;
  const double x = beta_quantile(a, b, p);
  RC_ASSERT(x > 0 && x < 1);
  RC_ASSERT(std::abs(1 - beta_above(a, b, x) - p) < 1e-9);
}

}  // namespace
}  // namespace scotoma
