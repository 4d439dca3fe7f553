// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>

#include "scotoma/core/result.h"

namespace scotoma {

/// What a judge says of a label that it was not made for.
inline Error unknown_label(const std::string& label) {
  return bad_input(fmt::format("the judge does not know the label '{}': it is not one of the study's", label));
}

}  // namespace scotoma
