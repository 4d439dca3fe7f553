// models.json: who answered in a finished study, so that its results can be read again where the models are no more.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct RecordedModels {
  std::map<std::string, std::string> fingerprints;  ///< by role; the judge may be absent
  std::map<std::string, std::string> descriptions;  ///< by role, those of `fingerprints`
  std::vector<std::string> class_names;
};

/// The models of the findings, with all of the study that decides their answers.
nlohmann::ordered_json models_json(const Study& study, const Findings& findings);

/// What `text` holds, if it is of models that this study would load: with the same settings of engine and roles, and
/// the same labels. Empty otherwise, and where it is damaged.
std::optional<RecordedModels> read_models_json(std::string_view text, const Study& study);

}  // namespace scotoma
