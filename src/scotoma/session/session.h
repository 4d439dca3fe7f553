// SPDX-License-Identifier: Apache-2.0
// A study with its models and its cache, opened in the order in which mistakes are cheapest to find. What is finished
// is opened by session/finished.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/lock.h"
#include "scotoma/find/find.h"
#include "scotoma/model/roles.h"
#include "scotoma/session/places.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct Session {
  Study study;
  Models models;
  std::unique_ptr<AnswerCache> cache;
  /// For the user, who may not know: a model file is newer than what was recorded of it, or another processor gave what
  /// the cache has.
  std::string note = {};
};

/// Reads the study; `places.threads` overrides what it says.
Result<Study> open_study(const StudyPlaces& places);

/// The same of a study that was read already (parse_study()).
Study placed(Study study, const StudyPlaces& places);

/// The same for those that only read results: of a study file whose models may be gone or, where `places.study` is the
/// folder of the results, as it was run. Errors: also bad_input for a folder that holds no results.
Result<Study> open_finished_study(const StudyPlaces& places);

/// The study with the seed and the budget of the run whose results stand in these places, where they are of the same
/// study file: `find` may have been given others than the file has.
Study as_run(Study study, const StudyPlaces& places);

/// The command that runs the study into these places, to be copied, as command_of() makes it. Of the folder of results
/// it names the study file that was run.
std::string find_command(const StudyPlaces& places);

/// Creates the folder of the results and keeps other runs out of it for as long as the lock is held; removes what
/// killed runs left half written there. `verb` is the caller's, for the message that others get. Errors: bad_input when
/// it cannot be written, when another run is working there, or when it holds the bugs.json of a study of another name,
/// which would be lost.
Result<FolderLock> claim_folder(const StudyPlaces& places, const Study& study, const char* verb);

/// The same for verbs that write answers and no results: of the folder of the results where it is the cache's, too.
/// A cache of its own is shared by several runs, and none is kept out. Errors: also bad_input when the folder
/// cannot be made.
Result<std::optional<FolderLock>> lock_answers(const StudyPlaces& places, const char* verb);

/// For verbs that generate nothing, before open_session() creates anything. Errors: bad_input when the study has no
/// cache.
Result<void> check_cache(const StudyPlaces& places);

/// Opens or creates the cache, and behind it that of `places.known`, where one is there, then the models: loaded, or
/// where the cache knows them from before and none of their files has changed (session/remembered_models.h) when the
/// first of them is asked. Errors: also those of
/// check_images_place().
Result<Session> open_session(Study study, const StudyPlaces& places);

}  // namespace scotoma
