// SPDX-License-Identifier: Apache-2.0
// Whether model files have changed since a study was run.
#pragma once

#include <filesystem>
#include <string>

#include "scotoma/session/places.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A sentence for the user where a model file of the study was written after `record`, with the command that runs the
/// study anew; else empty.
std::string note_of_newer_models(const Study& study, const std::filesystem::path& record, const StudyPlaces& places);

}  // namespace scotoma
