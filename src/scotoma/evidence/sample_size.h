// SPDX-License-Identifier: Apache-2.0
// How large samples should be. Plans only: nothing here is evidence.
#pragma once

#include <optional>

#include "scotoma/evidence/joint_e_value.h"

namespace scotoma {

/// What each further fresh image is expected to add to the joint e-value's logarithm, over as many as half of those
/// before, four at least, of which a share of `rate` shows the event. Requires 0 <= events <= valid for both, rate in
/// [0, 1], delta >= 0.
double gain_of_fresh(Sampled fresh, Sampled base, double rate, double delta);

/// The same of each further baseline image, of which a share of `rate` shows the event.
double gain_of_base(Sampled fresh, Sampled base, double rate, double delta);

/// How many fresh valid images more take the joint e-value with this baseline sample to `log_needed`, if the event
/// happens in `rate` of them, no more and no less; none where fewer than `most` do not. Looked for in steps of a
/// quarter, so that it takes O(log most) joint e-values. Requirements as above.
std::optional<int> expected_trial(Sampled fresh, Sampled base, double rate, double log_needed, int most, double delta);

}  // namespace scotoma
