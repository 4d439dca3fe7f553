// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/confidence_sequence.h"

#include <boost/math/special_functions/gamma.hpp>
#include <cassert>
#include <cmath>

namespace scotoma {
namespace {

constexpr double kLogPi = 1.1447298858494001741;  // log B(1/2, 1/2)

double log_mixture(int events, int n) {
  using boost::math::lgamma;
  return lgamma(events + 0.5) + lgamma(n - events + 0.5) - lgamma(n + 1.0) - kLogPi;
}

/// count * log(p), 0 for no count.
double weighted_log(int count, double p) { return count == 0 ? 0 : count * std::log(p); }

/// Where log E crosses `bar` between `inside`, where it is below, and `outside`, which is 0 or 1.
double crossing(int events, int n, double bar, double inside, double outside) {
  const double mixture = log_mixture(events, n);
  for (int step = 0; step < 60; ++step) {
    const double middle = (inside + outside) / 2;
    const double log_e = mixture - weighted_log(events, middle) - weighted_log(n - events, 1 - middle);
    (log_e < bar ? inside : outside) = middle;
  }
  return outside;  // the interval holds all that is inside
}

}  // namespace

Interval confidence_sequence(int events, int n, double level) {
  assert(0 <= events && events <= n);
  assert(0 < level && level < 1);
  if (n == 0) return {0, 1};
  const double bar = -std::log1p(-level);
  const double mean = static_cast<double>(events) / n;  // E is least there, and at most 1
  return {events == 0 ? 0 : crossing(events, n, bar, mean, 0), events == n ? 1 : crossing(events, n, bar, mean, 1)};
}

}  // namespace scotoma
