// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/joint_e_value.h"

#include <cassert>

#include "scotoma/evidence/convex_infimum.h"
#include "scotoma/evidence/e_value.h"

namespace scotoma {

double log_joint_e_value(Sampled fresh, Sampled base, double delta) {
  assert(0 <= fresh.events && fresh.events <= fresh.valid);
  assert(0 <= base.events && base.events <= base.valid);
  assert(delta >= 0);
  if (delta >= 1) return 0;
  const EProcess raised(fresh.events, fresh.valid);
  const EProcess low(base.valid - base.events, base.valid);
  return convex_infimum(1 - delta, [&](double p) {
    const LogEValue up = raised.against(p + delta);
    const LogEValue down = low.against(1 - p);
    return ConvexPoint{p, up.value + down.value, up.slope - down.slope};
  });
}

}  // namespace scotoma
