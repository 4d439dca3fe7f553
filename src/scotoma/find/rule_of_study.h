// SPDX-License-Identifier: Apache-2.0
// What fails, as the study's [failure] says, for a classifier.
#pragma once

#include <cstddef>

#include "scotoma/core/result.h"
#include "scotoma/model/failure.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The study's rule for a classifier of so many classes. Errors: bad_input where nothing could fail.
Result<FailureRule> failure_rule(const Study& study, std::size_t classes);

}  // namespace scotoma
