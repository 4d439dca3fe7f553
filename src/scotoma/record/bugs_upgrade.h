// SPDX-License-Identifier: Apache-2.0
// A bugs.json of an older program, as this one writes it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace scotoma {

/// Calls fields and statuses what version 3 of the schema calls them, in sentences and settings too, and fills in what
/// version 2 has beside version 1, from the fields of version 1: `causes` and `systematic_failures`. Of a file of
/// version 3 or later nothing changes; `schema_version` stays. Requires an object whose schema_version is a
/// number. Returns the list in which something is not what the schema says, empty if all is well; lists that are not
/// there are empty ones, but for `bugs`.
std::string upgrade_bugs_json(nlohmann::ordered_json& bugs);

}  // namespace scotoma
