// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace scotoma {

/// The keys that a table of a study file may hold; "" is the file's own level, "judge.ensemble" a [[judge.ensemble]].
/// Empty for a table that no study has.
std::set<std::string> keys_of(std::string_view table);

/// The valid name with the least Levenshtein distance to a misspelt one. `valid` is not empty.
std::string nearest(std::string_view name, const std::set<std::string>& valid);

}  // namespace scotoma
