// SPDX-License-Identifier: Apache-2.0
// The labels of a study: `labels` and [[label]].
#pragma once

#include <vector>

#include "scotoma/study/study.h"
#include "scotoma/study/table_reader.h"

namespace scotoma {

/// Those of `labels`, then those of [[label]], in their order; each with its class. Errors: bad_input with file and
/// line, also where there are none or two of one name.
Result<std::vector<StudyLabel>> read_labels(const toml::table& document, const TableReader& reader);

}  // namespace scotoma
