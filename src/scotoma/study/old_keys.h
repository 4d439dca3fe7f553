// SPDX-License-Identifier: Apache-2.0
// Keys of study files that have other names now.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// Gives each key of the document that has an old name its name of today; it keeps its line. Returns a sentence for
/// each, "study.toml:12: 'search.combine' is called 'search.interaction_strength' now". `file`: as the user typed it.
/// Errors: bad_input, with the line, where a key stands there under both names.
Result<std::vector<std::string>> rename_old_keys(toml::table& document, const std::filesystem::path& file);

}  // namespace scotoma
