// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/convex_infimum.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace scotoma {
namespace {

constexpr double kEnd = 1e-6;        // ends of the interval are approached so far: closer, 1 - p loses its digits
constexpr double kTolerance = 1e-6;  // of the logarithm
constexpr int kMostSteps = 200;

/// Two points with the minimum between them: left.slope < 0 <= right.slope.
class Bracket {
 public:
  Bracket(const ConvexPoint& left, const ConvexPoint& right) : left_(left), right_(right) {}

  /// Where the two tangents meet: no convex function through both points gets below.
  double bound() const {
    const double at = clamped((right_.value - left_.value + left_.slope * left_.p - right_.slope * right_.p) /
                              (left_.slope - right_.slope));
    return std::min(left_.tangent(at), right_.tangent(at));
  }

  bool tight() const { return std::min(left_.value, right_.value) - bound() < kTolerance; }

  /// The root of the slope by the Illinois method, on the scale of t = asin sqrt(p), on which it bends least.
  double guess() const {
    const double a = angle(left_.p);
    const double b = angle(right_.p);
    const double falls = left_weight_ * left_.slope * std::sqrt(left_.p * (1 - left_.p));
    const double grows = right_weight_ * right_.slope * std::sqrt(right_.p * (1 - right_.p));
    const double sine = std::sin(a - (b - a) * falls / (grows - falls));
    return clamped(sine * sine);
  }

  void take(const ConvexPoint& point) {
    const bool falls = point.slope < 0;
    (falls ? left_ : right_) = point;
    double& kept = falls ? right_weight_ : left_weight_;  // an end that stays twice is halved
    kept *= last_falls_ == falls ? 0.5 : 1;
    (falls ? left_weight_ : right_weight_) = 1;
    last_falls_ = falls;
  }

 private:
  static double angle(double p) { return std::atan2(std::sqrt(p), std::sqrt(1 - p)); }
  double clamped(double p) const { return std::clamp(p, left_.p, right_.p); }

  ConvexPoint left_;
  ConvexPoint right_;
  double left_weight_ = 1;
  double right_weight_ = 1;
  std::optional<bool> last_falls_;
};

}  // namespace

double convex_infimum(double end, const std::function<ConvexPoint(double p)>& at) {
  const ConvexPoint left = at(kEnd * end);
  if (left.slope >= 0) return left.tangent(0);
  const ConvexPoint right = at(end - kEnd * end);
  if (right.slope <= 0) return right.tangent(end);
  Bracket bracket(left, right);
  for (int step = 0; step < kMostSteps && !bracket.tight(); ++step) bracket.take(at(bracket.guess()));
  return bracket.bound();
}

}  // namespace scotoma
