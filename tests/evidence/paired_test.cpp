// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/paired.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "evidence/binomial.h"

namespace scotoma {
namespace {

TEST(McnemarExact, GivesThePublishedValue) {
  // Bentur et al., in Fagerland, Lydersen and Laake (2013), table 1: 1 against 7 pairs.
  EXPECT_NEAR(mcnemar_exact(1, 7), 18.0 / 256, 1e-15);
}

TEST(McnemarExact, IsOneWhereNothingSpeaksForEitherSide) {
  EXPECT_EQ(mcnemar_exact(0, 0), 1);
  EXPECT_EQ(mcnemar_exact(0, 1), 1);
  EXPECT_EQ(mcnemar_exact(40, 40), 1);
  EXPECT_NEAR(mcnemar_exact(5, 6), 1, 1e-14);
}

TEST(McnemarExact, AgreesWithSummingTheBinomial) {
  for (int first = 0; first <= 30; ++first) {
    for (int second = 0; second <= 30; ++second) {
      double tail = 0;
      for (int k = 0; k <= std::min(first, second); ++k) tail += binomial_probability(k, first + second, 0.5);
      EXPECT_NEAR(mcnemar_exact(first, second), std::min(1.0, 2 * tail), 1e-13) << first << ' ' << second;
    }
  }
}

TEST(McnemarExact, KeepsItsLevelExactly) {
  for (int n = 1; n <= 60; ++n) {
    for (const double level : {0.01, 0.05, 0.3}) {
      double rejected = 0;
      for (int k = 0; k <= n; ++k) {
        if (mcnemar_exact(k, n - k) <= level) rejected += binomial_probability(k, n, 0.5);
      }
      EXPECT_LE(rejected, level + 1e-13) << n;
    }
  }
}

TEST(McnemarGreater, AgreesWithSummingTheBinomialAndKeepsItsLevel) {
  for (int n = 0; n <= 40; ++n) {
    double tail = 0;
    double rejected = 0;
    for (int first = n; first >= 0; --first) {
      tail += binomial_probability(first, n, 0.5);
      const double p = mcnemar_greater(first, n - first);
      EXPECT_NEAR(p, std::min(1.0, tail), 1e-13) << first << " of " << n;
      if (p <= 0.05) rejected += binomial_probability(first, n, 0.5);
    }
    EXPECT_LE(rejected, 0.05 + 1e-13) << n;
  }
}

TEST(McnemarExact, VanishesQuietlyForManyOneSidedPairs) { EXPECT_EQ(mcnemar_exact(0, 100'000), 0); }

RC_GTEST_PROP(McnemarExact, IsSymmetricBoundedAndFallsWithTheGap, ()) {
  const int fewer = *rc::gen::inRange(0, 1000);
  const int more = fewer + *rc::gen::inRange(0, 1000);
  const double p = mcnemar_exact(fewer, more);
  RC_ASSERT(0 <= p && p <= 1);
  RC_ASSERT(p == mcnemar_exact(more, fewer));
  RC_ASSERT(mcnemar_exact(fewer, more + 1) <= p * (1 + 1e-12));
}

}  // namespace
}  // namespace scotoma
