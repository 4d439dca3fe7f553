// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/beta.h"

#include <boost/math/special_functions/beta.hpp>
#include <cassert>

namespace scotoma {
namespace {

double by_halving(double a, double b, double p) {
  double low = 0;
  double high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (boost::math::ibeta(a, b, middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double beta_above(double a, double b, double x) {
  assert(a > 0 && b > 0);
  if (x <= 0) return 1;
  return x >= 1 ? 0 : boost::math::ibetac(a, b, x);
}

double beta_quantile(double a, double b, double p) {
  assert(a > 0 && b > 0 && 0 < p && p < 1);
  try {
    return boost::math::ibeta_inv(a, b, p);
  } catch (const boost::math::evaluation_error&) {  // Newton's method fails here and there: a = b = 5, p = 1/2
    return by_halving(a, b, p);
  }
}

}  // namespace scotoma
