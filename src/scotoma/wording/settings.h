// SPDX-License-Identifier: Apache-2.0
// The study's settings as both reports show them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Section -> key -> value, named and ordered as in study.toml; the labels are left out. Paths are relative to the
/// study's folder. `engine.threads` is left out: the answers do not depend on it; so is [certify] where the study has
/// no such table.
nlohmann::ordered_json settings_json(const Study& study);

/// The classifier's file and what is known of it, in one line: "resnet.onnx, 16 classes, 64 x 64, logits, f32".
std::string classifier_line(const Study& study, const Findings& findings);

}  // namespace scotoma
