// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "scotoma/model/roles.h"

namespace scotoma {

/// The best classes of a row of probabilities, one a class: at most Prediction::kTop, best first, of equals the lower
/// index first. Requires a class, and no NaN.
Prediction best_classes(std::span<const float> probabilities);

}  // namespace scotoma
