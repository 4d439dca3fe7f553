// bugs.json of a finished study, for the verbs that only read.
#pragma once

#include <nlohmann/json.hpp>

#include "core/result.h"
#include "verbs.h"

namespace scotoma {

/// Errors: bad_input when the study has no bugs.json yet, or it is not one.
Result<nlohmann::ordered_json> read_bugs(const StudyArguments& arguments);

}  // namespace scotoma
