// SPDX-License-Identifier: Apache-2.0
// The report's section on spurious correlations.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// What each confirmed phrase does to the other labels: in sentences with images, as a matrix, and all its counts.
/// Empty without a row. Of very many labels, the matrix shows those that are affected most.
std::string spurious_section(Page& page);

}  // namespace scotoma
