// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/holm.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

namespace scotoma {

std::vector<double> holm_adjusted(std::span<const double> p) {
  assert(std::all_of(p.begin(), p.end(), [](double value) { return value >= 0 && value <= 1; }));
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double so_far = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(p.size() - rank);
    so_far = std::max(so_far, std::min(1.0, left * p[order[rank]]));
    adjusted[order[rank]] = so_far;
  }
  return adjusted;
}

}  // namespace scotoma
