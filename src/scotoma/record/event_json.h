// SPDX-License-Identifier: Apache-2.0
// An event as JSON: flat, its name first. The fields are those of docs/progress.md; they are added to, never changed.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scotoma/finding/events.h"

namespace scotoma {

/// {"event": "images", "images": 512, "budget": 2000}. Texts are valid UTF-8. What no event holds, such as the stage of
/// a step, is for the caller to add (progress/json_progress.h).
nlohmann::ordered_json event_json(const Event& event);

}  // namespace scotoma
