// SPDX-License-Identifier: Apache-2.0
// The report's drawings: rates with their intervals, evidence as it grew, parts of a whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// A bar from 0 to 100 % as wide as its container: the rate filled, its interval as a whisker. `tone` is a CSS class:
/// "fail", "pass" or "base". Hidden from screen readers: the numbers stand beside it.
std::string rate_bar(const Rate& rate, std::string_view tone);

/// The log e-value after each valid image, and the height from which it counts as confirmed (left out if not
/// positive). Empty for fewer than two points.
std::string evidence_curve(const std::vector<double>& log_e_path, double threshold, std::string_view tone);

/// Parts of a whole, side by side, in proportion.
struct Part {
  int count = 0;
  std::string tone;  ///< CSS class
};
std::string parts_bar(const std::vector<Part>& parts);

}  // namespace scotoma
