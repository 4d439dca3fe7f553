// SPDX-License-Identifier: Apache-2.0
// bugs.json: what a study found, for programs.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Version of the schema in docs/bugs.schema.json; a field's meaning never changes within one.
inline constexpr int kBugsSchemaVersion = 3;

/// The file of an image, relative to bugs.json, from its image_id.
using ImagePath = std::function<std::string(const std::string& image_id)>;

/// Where the cache keeps an image: "images/ab/<image_id>.png", by the first two letters of the id.
std::string image_path(const std::string& image_id);

/// The findings as docs/bugs.schema.json describes them. A function of its arguments alone: the same bytes for the same
/// study, however often it was interrupted. All texts are valid UTF-8.
nlohmann::ordered_json bugs_json(const Study& study, const Findings& findings, const ImagePath& path = image_path);

}  // namespace scotoma
