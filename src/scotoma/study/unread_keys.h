// SPDX-License-Identifier: Apache-2.0
// Keys that stand in a study though nothing reads them under its other choices.
#pragma once

#include <string>
#include <vector>

#include "scotoma/study/study.h"
#include "scotoma/study/table_reader.h"

namespace scotoma {

/// A sentence for those of each table and reason, "study.toml:12: judge.model, judge.labels have no effect: only for
/// judge.kind = "classifier"", with the line of the first. `study` was read from `document`.
std::vector<std::string> unread_keys(const toml::table& document, const Study& study, const TableReader& reader);

}  // namespace scotoma
