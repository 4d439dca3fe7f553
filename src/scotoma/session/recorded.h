// SPDX-License-Identifier: Apache-2.0
// Models of which only the names are left: they answer nothing, but their answers can be recalled.
#pragma once

#include <filesystem>
#include <optional>

#include "scotoma/model/roles.h"
#include "scotoma/record/study_json.h"

namespace scotoma {

/// What the study.json in the folder of results says; nothing where it is missing or damaged.
std::optional<RecordedStudy> recorded_study(const std::filesystem::path& results);

/// Roles with the fingerprints, descriptions and classes that were recorded. Asked for an answer they give bad_input
/// that says so.
Models recorded_models(const RecordedStudy& record);

}  // namespace scotoma
