// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/certificate_e_value.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "scotoma/evidence/convex_infimum.h"
#include "scotoma/evidence/e_value.h"

namespace scotoma {
namespace {

constexpr int kSteps = 1000;  // of a limit

/// log(1/2 + e / 2) and its slope, of log e and its slope: the half of the stake that is bet on the baseline sample.
LogEValue hedged(const LogEValue& whole) {
  const double most = std::max(whole.value, 0.0);
  const double stays = std::exp(-most);
  const double bet = std::exp(whole.value - most);
  return {most + std::log(stays + bet) - std::log(2), whole.slope * bet / (stays + bet)};
}

/// The smallest of kSteps sizes at which a function that grows with the size reaches `log_needed`.
template <class LogE>
double smallest(double log_needed, LogE log_e) {
  int below = 0;
  int reaches = kSteps;
  while (reaches - below > 1) {
    const int middle = (below + reaches) / 2;
    (log_e(middle / static_cast<double>(kSteps)) >= log_needed ? reaches : below) = middle;
  }
  return reaches / static_cast<double>(kSteps);
}

}  // namespace

double log_certificate_e_value(Sampled fresh, double limit) {
  assert(0 < limit && limit < 1);
  return log_e_value(fresh.valid - fresh.events, fresh.valid, 1 - limit);
}

double log_certificate_e_value(Sampled fresh, Sampled base, double size) {
  assert(0 <= fresh.events && fresh.events <= fresh.valid);
  assert(0 <= base.events && base.events <= base.valid);
  assert(0 < size && size < 1);
  const EProcess passes(fresh.valid - fresh.events, fresh.valid);
  const EProcess failing(base.events, base.valid);
  return convex_infimum(1 - size, [&](double p) {
    const LogEValue low = passes.against(1 - p - size);
    const LogEValue not_low = hedged(failing.against(p));
    return ConvexPoint{p, low.value + not_low.value, not_low.slope - low.slope};
  });
}

double largest_rise(Sampled fresh, Sampled base, double log_needed) {
  return smallest(log_needed, [&](double size) { return log_certificate_e_value(fresh, base, size); });
}

double largest_rate(Sampled fresh, double log_needed) {
  return smallest(log_needed, [&](double limit) { return log_certificate_e_value(fresh, limit); });
}

}  // namespace scotoma
