// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/interval.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cassert>
#include <cmath>

namespace scotoma {
namespace {

// Both limits take the error, not the level, so that halving it for two sides costs no digits.

double lower_limit(int events, int n, double error) {
  assert(0 <= events && events <= n);
  assert(0 < error && error < 1);
  return events == 0 ? 0.0 : boost::math::ibeta_inv(double(events), double(n - events) + 1, error);
}

double upper_limit(int events, int n, double error) {
  assert(0 <= events && events <= n);
  assert(0 < error && error < 1);
  return events == n ? 1.0 : boost::math::ibetac_inv(double(events) + 1, double(n - events), error);
}

}  // namespace

Interval clopper_pearson(int events, int n, double confidence) {
  const double error = (1 - confidence) / 2;
  return {lower_limit(events, n, error), upper_limit(events, n, error)};
}

double clopper_pearson_upper(int events, int n, double level) { return upper_limit(events, n, 1 - level); }

double clopper_pearson_lower(int events, int n, double level) { return lower_limit(events, n, 1 - level); }

Interval wilson(int events, int n, double confidence) {
  assert(0 <= events && events <= n);
  assert(0 < confidence && confidence < 1);
  if (n == 0) return {0, 1};
  const double z2 = 2 * std::pow(boost::math::erfc_inv(1 - confidence), 2);  // squared normal quantile, two-sided
  const double rate = double(events) / n;
  const double centre = (events + z2 / 2) / (n + z2);
  const double half = std::sqrt(z2 * (n * rate * (1 - rate) + z2 / 4)) / (n + z2);
  // Exact at the ends, where rounding would leave 1e-17 or step outside.
  return {events == 0 ? 0.0 : centre - half, events == n ? 1.0 : centre + half};
}

Interval newcombe_difference(int events1, int n1, int events2, int n2, double confidence) {
  const Interval first = wilson(events1, n1, confidence);
  const Interval second = wilson(events2, n2, confidence);
  if (n1 == 0 || n2 == 0) return {-1, 1};
  const double rate1 = double(events1) / n1;
  const double rate2 = double(events2) / n2;
  const double below = std::hypot(rate1 - first.low, second.high - rate2);
  const double above = std::hypot(first.high - rate1, rate2 - second.low);
  const double difference = rate1 - rate2;
  return {std::max(-1.0, difference - below), std::min(1.0, difference + above)};
}

Interval newcombe_paired(int both, int only_first, int only_second, int neither, double confidence) {
  assert(both >= 0 && only_first >= 0 && only_second >= 0 && neither >= 0);
  assert(0 < confidence && confidence < 1);
  const int n = both + only_first + only_second + neither;
  if (n == 0) return {-1, 1};
  const double p1 = static_cast<double>(both + only_first) / n;
  const double p2 = static_cast<double>(both + only_second) / n;
  const Interval first = wilson(both + only_first, n, confidence);
  const Interval second = wilson(both + only_second, n, confidence);
  const double a = both;
  const double b = only_first;
  const double c = only_second;
  const double d = neither;
  const double margins = (a + b) * (c + d) * (a + c) * (b + d);
  double association = a * d - b * c;
  if (association > 0) association = std::max(0.0, association - n / 2.0);
  const double correlation = margins > 0 ? association / std::sqrt(margins) : 0;
  const auto joined = [&](double x, double y) {
    return std::sqrt(std::max(0.0, x * x - 2 * correlation * x * y + y * y));
  };
  return {std::max(-1.0, p1 - p2 - joined(p1 - first.low, second.high - p2)),
          std::min(1.0, p1 - p2 + joined(first.high - p1, p2 - second.low))};
}

}  // namespace scotoma
