// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/fisher.h"

#include <algorithm>
#include <cassert>

namespace scotoma {

double fisher_greater(int a, int n1, int b, int n2) {
  assert(0 <= a && a <= n1);
  assert(0 <= b && b <= n2);
  const double events = double(a) + b;
  const double lowest = std::max(0.0, events - n2);
  const double highest = std::min(events, double(n1));
  const auto step_up = [&](double k) { return (n1 - k) * (events - k) / ((k + 1) * (n2 - events + k + 1)); };

  // Weights relative to the mode: only those far out in the tails can underflow, and none overflows.
  const double mode = static_cast<double>(static_cast<long long>((events + 1) * (n1 + 1.0) / (double(n1) + n2 + 2)));
  double all = 0;
  double tail = 0;
  const auto add = [&](double k, double weight) {
    all += weight;
    if (k >= a) tail += weight;
  };
  double weight = 1;
  for (double k = mode; k <= highest; ++k) {
    add(k, weight);
    weight *= step_up(k);
  }
  weight = 1;
  for (double k = mode - 1; k >= lowest; --k) {
    weight /= step_up(k);
    add(k, weight);
  }
  return tail / all;
}

}  // namespace scotoma
