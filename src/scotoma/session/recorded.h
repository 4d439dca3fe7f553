// SPDX-License-Identifier: Apache-2.0
// Models of which it is known who they are, but which are not loaded: their answers can be recalled.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/model/roles.h"
#include "scotoma/record/study_json.h"

namespace scotoma {

/// What the study.json in the folder of results says; nothing where it is missing or damaged.
std::optional<RecordedStudy> recorded_study(const std::filesystem::path& results);

/// What a role says of itself before it is asked for anything.
struct RoleRecord {
  std::string fingerprint;
  std::string description;
  std::size_t batch = 1;
  std::optional<std::size_t> concurrency = std::nullopt;

  bool operator==(const RoleRecord&) const = default;
};

struct ModelsRecord {
  std::map<std::string, RoleRecord> roles;  ///< by name; those that a study has
  std::vector<std::string> class_names;

  bool operator==(const ModelsRecord&) const = default;
};

ModelsRecord record_of(const Models& models);

/// As JSON, for caches and other processes. Empty where it holds what is not UTF-8.
std::string to_text(const ModelsRecord& record);

/// Nothing where the text is none that to_text() wrote.
std::optional<ModelsRecord> parse_models_record(const std::string& text);

/// By role, of those that there are.
std::map<std::string, std::string> fingerprints_of(const Models& models);

/// Roles as they were recorded. Asked for an answer they give bad_input that says so.
Models recorded_models(const RecordedStudy& record);

/// The same roles, all of which `load` loads when the first of them is asked. Errors of what they are asked: those of
/// `load`, which is not called again; failed where what it loads is not what was recorded, after `forget`.
Models models_on_demand(const ModelsRecord& record, std::function<Result<Models>()> load, std::function<void()> forget);

}  // namespace scotoma
