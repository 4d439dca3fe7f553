// SPDX-License-Identifier: Apache-2.0
// The infimum of a convex function of one rate, from below.
#pragma once

#include <functional>

namespace scotoma {

/// A function at a point: its value and its slope.
struct ConvexPoint {
  double p = 0;
  double value = 0;
  double slope = 0;

  double tangent(double at) const { return value + slope * (at - p); }
};

/// The infimum over p in (0, end) of a convex function, found by tangents from both sides: where two tangents meet is
/// never above it. What comes back is that point, at most 1e-6 below the infimum, and at most 1e-5 where the infimum is
/// at an end of the interval. `at` is asked for 0 < p < end only, some ten times. Requires end > 0.
double convex_infimum(double end, const std::function<ConvexPoint(double p)>& at);

}  // namespace scotoma
