// SPDX-License-Identifier: Apache-2.0
// How large samples should be. Plans only: nothing here is evidence.
#pragma once

#include <optional>

#include "scotoma/evidence/joint_e_value.h"

namespace scotoma {

/// The fewest fresh valid images after which the joint e-value with this baseline sample reaches `log_needed` if the
/// event happens in `rate` of them, no more and no less; none where it does not with `most`. Looked for in steps of
/// four up to 32, and of a half above, so that it takes O(log most) joint e-values. Requires rate in [0, 1], 0
/// <= base.events <= base.valid, most >= 0, delta >= 0.
std::optional<int> expected_trial(double rate, Sampled base, double log_needed, int most, double delta);

}  // namespace scotoma
