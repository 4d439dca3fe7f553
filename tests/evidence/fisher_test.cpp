// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/fisher.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/binomial.hpp>
#include <cmath>

#include "evidence/binomial.h"

namespace scotoma {
namespace {

double ways(int n, int k) {
  return boost::math::binomial_coefficient<double>(static_cast<unsigned>(n), static_cast<unsigned>(k));
}

/// Counts the tables with these margins that are as extreme.
double by_counting(int a, int n1, int b, int n2) {
  double sum = 0;
  for (int k = a; k <= std::min(n1, a + b); ++k) sum += ways(n1, k) * ways(n2, a + b - k);
  return sum / ways(n1 + n2, a + b);
}

TEST(FisherGreater, GivesFishersTeaTasting) {
  EXPECT_NEAR(fisher_greater(4, 4, 0, 4), 1.0 / 70, 1e-15);
  EXPECT_NEAR(fisher_greater(3, 4, 1, 4), 17.0 / 70, 1e-15);
}

TEST(FisherGreater, AgreesWithCountingTables) {
  for (int n1 = 0; n1 <= 9; ++n1) {
    for (int n2 = 0; n2 <= 12; ++n2) {
      for (int a = 0; a <= n1; ++a) {
        for (int b = 0; b <= n2; ++b) {
          EXPECT_NEAR(fisher_greater(a, n1, b, n2), by_counting(a, n1, b, n2), 1e-13)
              << a << '/' << n1 << ' ' << b << '/' << n2;
        }
      }
    }
  }
}

TEST(FisherGreater, IsOneForAnEmptySampleOrNoEvent) {
  EXPECT_EQ(fisher_greater(0, 0, 3, 9), 1);
  EXPECT_EQ(fisher_greater(3, 9, 0, 0), 1);
  EXPECT_EQ(fisher_greater(0, 9, 0, 9), 1);
  EXPECT_EQ(fisher_greater(9, 9, 9, 9), 1);
  EXPECT_EQ(fisher_greater(0, 0, 0, 0), 1);
}

TEST(FisherGreater, KeepsItsLevelExactly) {
  for (const double rate : {0.02, 0.3, 0.5, 0.9}) {
    double rejected = 0;
    for (int a = 0; a <= 12; ++a) {
      for (int b = 0; b <= 20; ++b) {
        if (fisher_greater(a, 12, b, 20) > 0.05) continue;
        rejected += binomial_probability(a, 12, rate) * binomial_probability(b, 20, rate);
      }
    }
    EXPECT_LE(rejected, 0.05) << rate;
  }
}

TEST(FisherGreater, SurvivesLargeSamples) {
  EXPECT_EQ(fisher_greater(50'000, 50'000, 0, 50'000), 0);
  EXPECT_EQ(fisher_greater(0, 50'000, 50'000, 50'000), 1);
  // Near the middle the normal approximation with continuity correction is good to three digits.
  const double z = (20'299.5 - 20'000) / std::sqrt(40'000 * 0.5 * 0.5 * 60'000 / 99'999);
  EXPECT_NEAR(fisher_greater(20'300, 50'000, 19'700, 50'000), std::erfc(z / std::sqrt(2.0)) / 2, 1e-5);
}

RC_GTEST_PROP(FisherGreater, IsBoundedAndFallsWithTheFirstAndRisesWithTheSecond, ()) {
  const int n1 = *rc::gen::inRange(1, 400);
  const int n2 = *rc::gen::inRange(1, 400);
  const int a = *rc::gen::inRange(0, n1);
  const int b = *rc::gen::inRange(0, n2);
  const double p = fisher_greater(a, n1, b, n2);
  RC_ASSERT(0 <= p && p <= 1);
  RC_ASSERT(fisher_greater(a + 1, n1, b, n2) <= p * (1 + 1e-12));
  RC_ASSERT(fisher_greater(a, n1, b + 1, n2) >= p * (1 - 1e-12));
}

RC_GTEST_PROP(FisherGreater, CountsTheObservedTableInBothDirections, ()) {
  const int n1 = *rc::gen::inRange(1, 25);
  const int n2 = *rc::gen::inRange(1, 25);
  const int a = *rc::gen::inRange(0, n1 + 1);
  const int b = *rc::gen::inRange(0, n2 + 1);
  const double observed = ways(n1, a) * ways(n2, b) / ways(n1 + n2, a + b);
  RC_ASSERT(std::fabs(fisher_greater(a, n1, b, n2) + fisher_greater(b, n2, a, n1) - 1 - observed) < 1e-12);
}

}  // namespace
}  // namespace scotoma
