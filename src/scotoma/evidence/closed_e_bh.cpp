// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/closed_e_bh.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace scotoma {

double closed_e_bh_level(std::span<const double> log_e_values, std::span<const std::size_t> chosen,
                         int max_hypotheses) {
  assert(max_hypotheses >= 1 && log_e_values.size() <= static_cast<std::size_t>(max_hypotheses));
  if (chosen.empty()) return 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (const std::size_t i : chosen) smallest = std::min(smallest, log_e_values[i]);
  return std::min(1.0, std::exp(std::log(max_hypotheses / static_cast<double>(chosen.size())) - smallest));
}

}  // namespace scotoma
