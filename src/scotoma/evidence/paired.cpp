// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/paired.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cassert>

namespace scotoma {

double mcnemar_exact(int only_first, int only_second) {
  assert(only_first >= 0 && only_second >= 0);
  if (only_first == only_second) return 1;
  const double fewer = std::min(only_first, only_second);
  const double more = std::max(only_first, only_second);
  const double tail = boost::math::ibeta(more, fewer + 1, 0.5);  // P(X <= fewer)
  return std::min(1.0, 2 * tail);
}

double mcnemar_greater(int only_first, int only_second) {
  assert(only_first >= 0 && only_second >= 0);
  return only_first == 0 ? 1 : boost::math::ibeta(only_first, only_second + 1, 0.5);
}

}  // namespace scotoma
