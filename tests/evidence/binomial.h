// SPDX-License-Identifier: Apache-2.0
// Plain binomial probabilities, for tests that enumerate every outcome.
#pragma once

#include <cmath>

namespace scotoma {

/// P(X = k), X ~ Binomial(n, p), by the textbook formula in logs; p in [0, 1].
inline double binomial_probability(int k, int n, double p) {
  double log_ways = 0;
  for (int i = 1; i <= k; ++i) log_ways += std::log((n - k + i) / static_cast<double>(i));
  return std::exp(log_ways) * std::pow(p, k) * std::pow(1 - p, n - k);
}

}  // namespace scotoma
