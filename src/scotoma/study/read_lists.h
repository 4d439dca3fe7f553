// SPDX-License-Identifier: Apache-2.0
// The user's lists of phrases: [[attributes]].
#pragma once

#include <vector>

#include "scotoma/study/study.h"
#include "scotoma/study/table_reader.h"

namespace scotoma {

/// The lists of a study file, in its order; none where it has none. Errors: bad_input with file and line.
Result<std::vector<AttributeList>> read_lists(const toml::table& document, const TableReader& reader);

}  // namespace scotoma
