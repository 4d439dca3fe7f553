// SPDX-License-Identifier: Apache-2.0
// A few images of a finding next to each other, across its labels: with the phrase and, on the same seed, without it.
#pragma once

#include <string>
#include <vector>

#include "scotoma/report/page.h"

namespace scotoma {

/// Up to eight columns: of every label the first pair of its audit in which only the image with the phrase shows the
/// event, then the second of each, and so on; a bug without such a pair shows images of its evidence. One line says how
/// they were chosen. Empty where there is no image to show.
std::string side_by_side(Page& page, const std::vector<const Hypothesis*>& bugs);

}  // namespace scotoma
