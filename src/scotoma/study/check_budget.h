// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Whether budget.images is enough for the first baseline images of all labels; what --budget says must stand in the
/// study already. Errors: bad_input, saying how many these are.
Result<void> check_budget(const Study& study);

}  // namespace scotoma
