#include "scotoma/session/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "scotoma/backend/openvino/load_trial.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/file.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/study/read.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

Result<FolderLock> lock_folder(const std::filesystem::path& folder, const StudyPlaces& places, const char* verb) {
  return FolderLock::take(folder, fmt::format("scotoma {} {}", verb, places.study.string()));
}

}  // namespace

Result<Study> open_study(const StudyPlaces& places) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, read_study(places.study));
  if (places.threads) study.engine.threads = *places.threads;
  if (!places.trial.empty()) {
    LoadTrial::Options options{.command = places.trial};
    if (places.remembers) options.memory = cache_folder(places) / "loaded.txt";
    study.engine.trial = std::make_shared<LoadTrial>(std::move(options));
  }
  return study;
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
  const auto file = cache_folder(places) / "catalogue.sqlite";
  if (std::error_code ignored; std::filesystem::exists(file, ignored)) return {};
  return bad_input(
      fmt::format("{}: not there; run `scotoma find {}` first, or say with --out (or --cache) where "
                  "the study's answers are",
                  file.string(), places.study.string()));
}

Result<Session> open_session(Study study, const StudyPlaces& places) {
  Session session;
  session.study = std::move(study);
  SCOTOMA_ASSIGN_OR_RETURN(session.cache, AnswerCache::open(cache_folder(places)));
  SCOTOMA_ASSIGN_OR_RETURN(session.models, load_models(session.study));
  return session;
}

}  // namespace scotoma
