// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/binomial_tail.h"

#include <boost/math/special_functions/beta.hpp>
#include <cassert>

namespace scotoma {

double binomial_at_least(int events, int n, double rate) {
  assert(0 <= events && events <= n);
  assert(0 <= rate && rate <= 1);
  return events == 0 ? 1.0 : boost::math::ibeta(double(events), double(n - events) + 1, rate);
}

double binomial_at_most(int events, int n, double rate) {
  assert(0 <= events && events <= n);
  assert(0 <= rate && rate <= 1);
  return events == n ? 1.0 : boost::math::ibetac(double(events) + 1, double(n - events), rate);
}

}  // namespace scotoma
