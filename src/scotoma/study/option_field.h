// SPDX-License-Identifier: Apache-2.0
// How a row of the table of options names its field. For files of that table alone.
#pragma once

#include <type_traits>
#include <vector>

#include "scotoma/study/options.h"

// A pointer to the field, whatever its type: SCOTOMA_FIELD(budget.images) is `int& (*)(Study&)`.
#define SCOTOMA_FIELD(path)       \
  OptionField {                   \
    +[](Study & study) -> auto& { \
      return study.path;          \
    }                             \
  }

namespace scotoma {

/// Adds the rows of [generator.sdcpp].
void add_sdcpp_options(std::vector<Option>& table);

}  // namespace scotoma
