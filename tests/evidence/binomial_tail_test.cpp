// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/binomial_tail.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "evidence/binomial.h"
#include "scotoma/evidence/interval.h"

namespace scotoma {
namespace {

TEST(BinomialTails, AgreeWithSummingTheProbabilities) {
  for (const double rate : {0.0, 0.01, 0.3, 0.5, 0.97, 1.0}) {
    for (const int n : {0, 1, 7, 64}) {
      double below = 0;  // P(X < k)
      for (int k = 0; k <= n; ++k) {
        const double here = binomial_probability(k, n, rate);
        EXPECT_NEAR(binomial_at_least(k, n, rate), 1 - below, 1e-12) << k << " of " << n << " at " << rate;
        below += here;
        EXPECT_NEAR(binomial_at_most(k, n, rate), below, 1e-12) << k << " of " << n << " at " << rate;
      }
    }
  }
}

RC_GTEST_PROP(BinomialTails, RejectExactlyTheRatesOutsideTheClopperPearsonLimits, ()) {
  const int n = *rc::gen::inRange(1, 300);
  const int events = *rc::gen::inRange(0, n + 1);
  const double rate = *rc::gen::inRange(1, 1000) / 1000.0;
  const double lower = clopper_pearson_lower(events, n, 0.95);
  const double upper = clopper_pearson_upper(events, n, 0.95);
  RC_PRE(std::abs(rate - lower) > 1e-9 && std::abs(rate - upper) > 1e-9);
  RC_ASSERT((binomial_at_least(events, n, rate) <= 0.05) == (lower >= rate));
  RC_ASSERT((binomial_at_most(events, n, rate) <= 0.05) == (upper <= rate));
}

}  // namespace
}  // namespace scotoma
