// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "scotoma/backend/openvino/load_trial.h"
#include "scotoma/backend/python_roles.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/file.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/record/study_json.h"
#include "scotoma/session/images_place.h"
#include "scotoma/session/recorded.h"
#include "scotoma/session/remembered_models.h"
#include "scotoma/study/read.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

Result<FolderLock> lock_folder(const std::filesystem::path& folder, const StudyPlaces& places, const char* verb) {
  return FolderLock::take(folder, fmt::format("scotoma {} {}", verb, places.study.string()));
}

namespace fs = std::filesystem;

/// The options with which `find` made what stands in these places.
std::string told_to_find(const StudyPlaces& places) {
  const auto record = recorded_study(out_folder(places));
  if (!record) return {};
  const auto study = parse_study(record->text, places.study, NamedFiles::may_be_gone);
  if (!study.ok()) return {};
  std::string options;
  if (record->images && *record->images != study->budget.images) options += fmt::format("--budget {}", *record->images);
  if (record->seed && *record->seed != study->seed)
    options += fmt::format("{}--seed {}", options.empty() ? "" : " ", *record->seed);
  return options;
}

void set_engine(Study& study, const StudyPlaces& places) {
  if (places.threads) study.engine.threads = *places.threads;
  study.engine.python = places.python;
  if (places.python) places.python->look_in(study.file.parent_path());
  if (places.trial.empty()) return;  // not the program: whoever calls the library chooses what is kept where
  if (const fs::path caches = user_cache_folder(); !caches.empty()) study.engine.cache = caches / "engine";
  LoadTrial::Options options{.command = places.trial};
  const fs::path memory = places.remembers ? cache_folder(places) : user_cache_folder();
  if (!memory.empty()) options.memory = memory / "loaded.txt";
  study.engine.trial = std::make_shared<LoadTrial>(std::move(options));
}

/// Null where there is none yet.
Result<std::unique_ptr<const AnswerCache>> known_cache(const fs::path& folder) {
  if (std::error_code ignored; !fs::exists(AnswerCache::file_in(folder), ignored))
    return std::unique_ptr<const AnswerCache>();
  if (AnswerCache::has_log(folder)) {
    return bad_input(
        fmt::format("{0}: another program is writing there, or was killed, and what it wrote is not in its place yet; "
                    "wait for its end, or run `scotoma merge --into {1}`, which puts it in order",
                    folder.string(), quote_for_shell(folder.string())));
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto known, AnswerCache::open_to_read(folder));
  return std::unique_ptr<const AnswerCache>(std::move(known));
}

}  // namespace

Study placed(Study study, const StudyPlaces& places) {
  set_engine(study, places);
  return study;
}

Result<Study> open_study(const StudyPlaces& places) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, read_study(places.study));
  return placed(std::move(study), places);
}

Result<Study> open_finished_study(const StudyPlaces& places) {
  const auto opened = [&]() -> Result<Study> {
    std::error_code ignored;
    if (!fs::is_directory(places.study, ignored)) return read_study(places.study, NamedFiles::may_be_gone);
    const auto record = recorded_study(places.study);
    if (!record) {
      return bad_input(
          fmt::format("{}: no results of a study there (study.json is missing or damaged); give the study file",
                      places.study.string()));
    }
    return parse_study(record->text, places.study / record->file, NamedFiles::may_be_gone);
  };
  SCOTOMA_ASSIGN_OR_RETURN(Study study, opened());
  set_engine(study, places);
  if (std::error_code ignored; !fs::exists(study.classifier.labels, ignored)) {  // others are fed as the study's own
    if (const auto record = recorded_study(out_folder(places)); record && has_models_of(*record, study))
      study.classifier.class_names = record->class_names;
  }
  return as_run(std::move(study), places);
}

Study as_run(Study study, const StudyPlaces& places) {
  const auto record = recorded_study(out_folder(places));
  if (!record || record->text != study.text) return study;
  study.seed = record->seed.value_or(study.seed);
  study.budget.images = record->images.value_or(study.budget.images);
  return study;
}

std::string find_command(const StudyPlaces& places) {
  StudyPlaces run = places;
  std::error_code ignored;
  if (fs::is_directory(places.study, ignored)) {
    if (const auto record = recorded_study(places.study)) run.study = (places.study / record->file).lexically_normal();
    if (run.out.empty()) run.out = places.study;
  }
  return command_of("find", run, told_to_find(places));
}

Result<FolderLock> claim_folder(const StudyPlaces& places, const Study& study, const char* verb) {
  const std::filesystem::path folder = out_folder(places);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    return bad_input(fmt::format("{}: cannot be written ({}); choose another folder with --out", folder.string(),
                                 error ? error.message() : std::strerror(errno)));
  }
  SCOTOMA_ASSIGN_OR_RETURN(FolderLock lock, lock_folder(folder, places, verb));
  const auto path = folder / "bugs.json";
  const auto there = read_plain_file(path);
  if (!there.ok() && there.error().code == Code::failed) return there.error();
  const std::string owner = there.ok() ? study_of_bugs_json(*there) : "";
  if (!owner.empty() && owner != valid_utf8(study.name)) {
    return bad_input(
        fmt::format("{}: of the study '{}', and would be overwritten by that of '{}'; choose another folder "
                    "with --out (to share answers, give both studies the same --cache), or delete it",
                    path.string(), owner, study.name));
  }
  remove_abandoned(folder);
  return lock;
}

Result<std::optional<FolderLock>> lock_answers(const StudyPlaces& places, const char* verb) {
  const auto folder = out_folder(places);
  std::error_code error;
  if (!places.cache.empty() && !std::filesystem::equivalent(places.cache, folder, error))
    return std::optional<FolderLock>();
  std::filesystem::create_directories(folder, error);
  if (error) {
    return bad_input(
        fmt::format("{}: cannot be written ({}); choose another folder with --out", folder.string(), error.message()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(FolderLock lock, lock_folder(folder, places, verb));
  return std::optional<FolderLock>(std::move(lock));
}

Result<void> check_cache(const StudyPlaces& places) {
  const auto file = AnswerCache::file_in(cache_folder(places));
  if (std::error_code ignored; std::filesystem::exists(file, ignored)) return {};
  return bad_input(
      fmt::format("{}: not there; run `{}` first, or say with --out (or --cache) where "
                  "the study's answers are",
                  file.string(), find_command(places)));
}

Result<Session> open_session(Study study, const StudyPlaces& places) {
  Session session;
  session.study = std::move(study);
  SCOTOMA_ASSIGN_OR_RETURN(session.cache, AnswerCache::open(cache_folder(places)));
  SCOTOMA_RETURN_IF_ERROR(check_images_place(places));
  if (!places.known.empty()) {
    SCOTOMA_ASSIGN_OR_RETURN(auto known, known_cache(places.known));
    session.cache->read_also(std::move(known));
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto remembered, remembered_or_loaded(session.study, *session.cache));
  session.models = std::move(remembered.models);
  session.note = std::move(remembered.note);
  return session;
}

}  // namespace scotoma
