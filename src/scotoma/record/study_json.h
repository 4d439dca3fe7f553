// SPDX-License-Identifier: Apache-2.0
// study.json: the study as it was run, and who answered, so that its results can be read where the models, and the
// study file itself, are no more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct RecordedStudy {
  std::filesystem::path file;                       ///< the study file, relative to the folder of the results
  std::string text;                                 ///< what it held
  std::map<std::string, std::string> fingerprints;  ///< by role; the judge may be absent
  std::map<std::string, std::string> descriptions;  ///< by role, those of `fingerprints`
  std::vector<std::string> class_names;
  std::optional<int> images;          ///< budget.images of the run, which need not be the text's
  std::optional<std::uint64_t> seed;  ///< likewise
  nlohmann::ordered_json asked;       ///< all of the study that decides who answers; for has_models_of()
};

/// All of the study that the fingerprints of its models depend on; the models' own bytes are left to them.
nlohmann::ordered_json models_asked_for(const Study& study);

/// `folder`: that of the results.
nlohmann::ordered_json study_json(const Study& study, const Findings& findings, const std::filesystem::path& folder);

/// Empty where `text` is no whole study.json of this version.
std::optional<RecordedStudy> read_study_json(std::string_view text);

/// Whether loading the study's models gives one of this role.
bool uses_role(const Study& study, RoleKind kind);

/// Whether the record is of the models that this study would load: with the same settings of engine and roles, and the
/// same labels, which judges compare.
bool has_models_of(const RecordedStudy& record, const Study& study);

}  // namespace scotoma
