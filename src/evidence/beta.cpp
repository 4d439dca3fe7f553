#include "evidence/beta.h"

#include <boost/math/special_functions/beta.hpp>
#include <cassert>

namespace scotoma {

double beta_above(double a, double b, double x) {
  assert(a > 0 && b > 0);
  if (x <= 0) return 1;
  return x >= 1 ? 0 : boost::math::ibetac(a, b, x);
}

double beta_quantile(double a, double b, double p) {
  assert(a > 0 && b > 0 && 0 < p && p < 1);
  return boost::math::ibeta_inv(a, b, p);
}

}  // namespace scotoma
