// SPDX-License-Identifier: Apache-2.0
// What a study's values must be beside each other: the limits of each alone stand in options.cpp.
#pragma once

#include "scotoma/study/study.h"
#include "scotoma/study/table_reader.h"

namespace scotoma {

/// Prompts, lists, models and numbers of `study`, which was read from `document`. Errors: bad_input with file and line.
Result<void> check_values(const toml::table& document, const Study& study, const TableReader& reader);

}  // namespace scotoma
