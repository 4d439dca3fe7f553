// SPDX-License-Identifier: Apache-2.0
// bugs.json, read: the other end of bugs_json.h. Every field that `list`, `show` and others print is checked here.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What `text`, of `file`, holds, brought to this program's schema version, with each field of its type
/// (docs/bugs.schema.json). `again`: the command that writes it anew, for messages. Errors: bad_input for what is no
/// bugs.json, one that is damaged, or one of a newer program.
Result<nlohmann::ordered_json> read_bugs_json(const std::filesystem::path& file, const std::string& text,
                                              const std::string& again);

/// The name of the study whose results `text` holds; empty where it does not say.
std::string study_of_bugs_json(const std::string& text);

/// Role -> fingerprint of the models whose results `text` holds; none where it does not say.
std::optional<std::map<std::string, std::string>> models_of_bugs_json(const std::string& text);

/// What a person's review makes of a bug's failure rate, in words; empty where it has none.
std::string reviewed_failures(const Study& study, const nlohmann::ordered_json& bug);

}  // namespace scotoma
