// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/e_bh.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>

namespace scotoma {

EbhResult e_bh(std::span<const double> log_e_values, int max_hypotheses, double alpha) {
  assert(max_hypotheses >= 1 && log_e_values.size() <= static_cast<std::size_t>(max_hypotheses));
  assert(0 < alpha && alpha < 1);
  assert(std::none_of(log_e_values.begin(), log_e_values.end(), [](double e) { return std::isnan(e); }));
  const auto threshold = [&](std::size_t k) { return std::log(max_hypotheses / (static_cast<double>(k) * alpha)); };

  std::vector<double> sorted(log_e_values.begin(), log_e_values.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  std::size_t k = sorted.size();
  while (k > 0 && sorted[k - 1] < threshold(k)) --k;

  EbhResult result;
  result.log_threshold = threshold(std::max<std::size_t>(k, 1));
  for (const double log_e : log_e_values) result.rejected.push_back(log_e >= result.log_threshold);
  return result;
}

}  // namespace scotoma
