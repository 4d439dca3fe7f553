// bugs.json of a finished study, for the verbs that only read, and for those that are about to write it.
#pragma once

#include <nlohmann/json.hpp>

#include "scotoma/core/lock.h"
#include "scotoma/core/result.h"
#include "scotoma/study/study.h"
#include "verbs.h"

namespace scotoma {

/// The study's bugs.json, with every field that `list` and `show` print, each of its type. Says on standard error when
/// the study's settings are no longer those that it was found with.
/// Errors: bad_input when the study cannot be read; when it has no bugs.json yet, or one that is damaged, of a newer
/// program, or of a study of another name.
Result<nlohmann::ordered_json> read_bugs(const StudyArguments& arguments);

/// Creates the folder of the results and keeps other runs out of it for as long as the lock is held; removes what
/// killed runs left half written there. `verb` is the caller's, for what others are told. Errors: bad_input when it
/// cannot be written, when another run is working there, or when it holds the bugs.json of a study of another name,
/// which would be lost.
Result<FolderLock> claim_folder(const StudyArguments& arguments, const Study& study, const char* verb);

/// What a person's review makes of a bug's failure rate, in words; empty where it has none.
std::string reviewed_failures(const nlohmann::ordered_json& bug);

}  // namespace scotoma
