// SPDX-License-Identifier: Apache-2.0
// run.json: what one run cost. Unlike bugs.json it differs from run to run.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Times in seconds, memory in bytes; described in docs/bugs-json.md.
nlohmann::ordered_json run_json(const RunFacts& facts);

}  // namespace scotoma
