// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/e_value.h"

#include <boost/math/special_functions/gamma.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace scotoma {
namespace {

/// F in B_x(a, b) = x^a (1-x)^b F / a, the incomplete beta integral as a continued fraction: DLMF 8.17.22, evaluated by
/// Lentz's method. For x <= (a+1) / (a+b+2) every partial denominator is positive and O(sqrt(max(a, b))) terms do.
double beta_fraction(double a, double b, double x) {
  constexpr int kMostTerms = 100'000;
  double d = 1 / (1 - (a + b) * x / (a + 1));
  double c = 1;
  double value = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    value *= c * d;
    if (std::fabs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/// log B(a, b). Not by std::lgamma, which writes to a global.
double log_beta(double a, double b) {
  using boost::math::lgamma;
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/// log of the integral over q in (r, 1) of q^(s-1/2) (1-q)^(n-s-1/2) dq / (r^s (1-r)^(n-s)), for 0 < r < 1. The powers
/// of r cancel against those before the continued fraction, hence nothing here under- or overflows, however large n is.
/// `log_whole`: log B(s + 1/2, n - s + 1/2).
double log_mixture(int events, int n, double r, double log_whole) {
  const double a = events + 0.5;
  const double b = n - events + 0.5;
  const double log_root = (std::log(r) + std::log1p(-r)) / 2;  // what is left of the powers: sqrt(r (1-r))
  const bool above_mean = r >= (a + 1) / (a + b + 2);
  if (above_mean) return log_root + std::log(beta_fraction(b, a, 1 - r) / b);
  const double whole = log_whole - events * std::log(r) - (n - events) * std::log1p(-r);
  const double below = log_root + std::log(beta_fraction(a, b, r) / a);
  return whole + std::log1p(-std::exp(below - whole));  // r is below the mean: no digits are lost
}

/// The mixture of no image: the integral over q in (r, 1) of q^(-1/2) (1-q)^(-1/2) dq.
double empty_mixture(double r) { return 2 * std::atan2(std::sqrt(1 - r), std::sqrt(r)); }

}  // namespace

double log_e_value(int events, int n, double null_rate) {
  assert(0 <= events && events <= n);
  assert(null_rate >= 0);
  if (null_rate >= 1) return 0;
  if (null_rate <= 0) {
    return events > 0 ? std::numeric_limits<double>::infinity() : log_beta(0.5, n + 0.5) - log_beta(0.5, 0.5);
  }
  return log_mixture(events, n, null_rate, log_beta(events + 0.5, n - events + 0.5)) -
         std::log(empty_mixture(null_rate));
}

EProcess::EProcess(int events, int n) : events_(events), n_(n), log_beta_(log_beta(events + 0.5, n - events + 0.5)) {
  assert(0 <= events && events <= n);
}

LogEValue EProcess::against(double null_rate) const {
  assert(0 < null_rate && null_rate < 1);
  const double root = std::sqrt(null_rate * (1 - null_rate));
  const double above = empty_mixture(null_rate);
  const double log_all = log_mixture(events_, n_, null_rate, log_beta_);
  const double by_logit = n_ * null_rate - events_ + root / above - root * std::exp(-log_all);
  return {log_all - std::log(above), n_ == 0 ? 0 : by_logit / (root * root)};
}

}  // namespace scotoma
