// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/sample_size.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace scotoma {
namespace {

constexpr int kFewestAhead = 4;  // images that a plan looks ahead at least

/// The mean of value(events) where `share` of `more` images is expected to show the event: between the two whole
/// numbers, so that a rate of one in ten is not none of four.
template <class Value>
double at_expected(double share, int more, const Value& value) {
  const int low = std::min(static_cast<int>(share * more), more - 1);
  const double part = share * more - low;
  return (1 - part) * value(low) + part * value(low + 1);
}

}  // namespace

double gain_of_fresh(Sampled fresh, Sampled base, double rate, double delta) {
  assert(0 <= rate && rate <= 1);
  const int more = std::max(kFewestAhead, fresh.valid / 2);
  const double ahead = at_expected(rate, more, [&](int events) {
    return log_joint_e_value({fresh.events + events, fresh.valid + more}, base, delta);
  });
  return (ahead - log_joint_e_value(fresh, base, delta)) / more;
}

double gain_of_base(Sampled fresh, Sampled base, double rate, double delta) {
  assert(0 <= rate && rate <= 1);
  const int more = std::max(kFewestAhead, base.valid / 2);
  const double ahead = at_expected(rate, more, [&](int events) {
    return log_joint_e_value(fresh, {base.events + events, base.valid + more}, delta);
  });
  return (ahead - log_joint_e_value(fresh, base, delta)) / more;
}

std::optional<int> expected_trial(Sampled fresh, Sampled base, double rate, double log_needed, int most, double delta) {
  assert(0 <= rate && rate <= 1);
  for (int more = 1; more < most; more += std::max(1, more / 4)) {
    const int events = fresh.events + static_cast<int>(std::lround(rate * more));
    if (log_joint_e_value({events, fresh.valid + more}, base, delta) >= log_needed) return more;
  }
  return std::nullopt;
}

}  // namespace scotoma
