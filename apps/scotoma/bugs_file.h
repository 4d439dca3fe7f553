// bugs.json of a finished study, for the verbs that only read, and for those that are about to write it.
#pragma once

#include <nlohmann/json.hpp>

#include "core/result.h"
#include "study/study.h"
#include "verbs.h"

namespace scotoma {

/// The study's bugs.json, with every field that `list` and `show` print, each of its type. Says on standard error when
/// the study's settings are no longer those that it was found with.
/// Errors: bad_input when the study cannot be read; when it has no bugs.json yet, or one that is damaged, of a newer
/// program, or of a study of another name.
Result<nlohmann::ordered_json> read_bugs(const StudyArguments& arguments);

/// Creates the folder of the results. Errors: bad_input when it cannot be written, or holds the bugs.json of a study of
/// another name, which would be lost.
Result<void> claim_folder(const std::filesystem::path& folder, const Study& study);

/// What a person's review makes of a bug's failure rate, in words; empty where it has none.
std::string reviewed_failures(const nlohmann::ordered_json& bug);

}  // namespace scotoma
