// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/sample_size.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace scotoma {

std::optional<int> expected_trial(double rate, Sampled base, double log_needed, int most, double delta) {
  assert(0 <= rate && rate <= 1);
  assert(0 <= base.events && base.events <= base.valid);
  assert(delta >= 0);
  int n = 0;
  while (n < most) {
    n += std::min(n < 32 ? 4 : n / 2, most - n);
    const int events = static_cast<int>(std::lround(rate * n));
    if (log_joint_e_value({events, n}, base, delta) >= log_needed) return n;
  }
  return std::nullopt;
}

}  // namespace scotoma
