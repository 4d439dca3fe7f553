// A study with its models and its cache, opened in the order in which mistakes are cheapest to find.
#pragma once

#include <memory>
#include <optional>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/lock.h"
#include "scotoma/find/find.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"
#include "verbs.h"

namespace scotoma {

struct Session {
  Study study;
  Models models;
  std::unique_ptr<AnswerCache> cache;
};

/// Where this program loads model files first: in itself, started anew (try_loading.cpp).
std::shared_ptr<LoadTrial> make_trial(const StudyArguments& arguments);

/// Reads the study; `--threads` overrides what it says.
Result<Study> open_study(const StudyArguments& arguments);

/// Keeps other runs out of a folder for as long as the lock is held; `verb` is the caller's. Errors: of FolderLock.
Result<FolderLock> lock_folder(const std::filesystem::path& folder, const StudyArguments& arguments, const char* verb);

/// The same for verbs that write answers and no results: of the folder of the results where it is the cache's, too.
/// A cache of its own is shared by several runs, and none is kept out. Errors: also bad_input when the folder
/// cannot be made.
Result<std::optional<FolderLock>> lock_answers(const StudyArguments& arguments, const char* verb);

/// For verbs that draw nothing, before open_session() creates anything. Errors: bad_input when the study has no
/// cache.
Result<void> check_cache(const StudyArguments& arguments);

/// Opens or creates the cache, then loads the models.
Result<Session> open_session(Study study, const StudyArguments& arguments);

}  // namespace scotoma
