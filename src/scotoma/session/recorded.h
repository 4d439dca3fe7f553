// SPDX-License-Identifier: Apache-2.0
// Models of which only the names are left: they answer nothing, but their answers can be recalled.
#pragma once

#include "scotoma/model/roles.h"
#include "scotoma/record/study_json.h"

namespace scotoma {

/// Roles with the fingerprints, descriptions and classes that were recorded. Asked for an answer they give bad_input
/// that says so.
Models recorded_models(const RecordedStudy& record);

}  // namespace scotoma
