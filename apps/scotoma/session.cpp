#include "session.h"

#include <fmt/format.h>

#include "scotoma/backend/registry.h"
#include "scotoma/study/read.h"

namespace scotoma {

void add_study(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("STUDY", arguments.study, "the study file (study.toml)")->required();
}

void add_out(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("--out", arguments.out,
                  "folder of the results; default: named like the study file, with .out for .toml, in the working "
                  "folder");
}

void add_cache(CLI::App& verb, StudyArguments& arguments) {
  arguments.remembers = true;
  verb.add_option("--cache,--catalogue", arguments.cache,
                  "folder of the models' answers, which several studies may share; default: that of --out");
}

void add_threads_and_quiet(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("--threads", arguments.threads, "overrides engine.threads; changes no result")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--quiet,-q", arguments.quiet, "no progress");
}

std::filesystem::path out_folder(const StudyArguments& arguments) {
  if (!arguments.out.empty()) return arguments.out;
  return std::filesystem::path(arguments.study.stem().string() + ".out");
}

std::filesystem::path cache_folder(const StudyArguments& arguments) {
  return arguments.cache.empty() ? out_folder(arguments) : arguments.cache;
}

Result<Study> open_study(const StudyArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, read_study(arguments.study));
  if (arguments.threads > 0) study.engine.threads = arguments.threads;
  study.engine.trial = make_trial(arguments);
  return study;
}

Result<FolderLock> lock_folder(const std::filesystem::path& folder, const StudyArguments& arguments, const char* verb) {
  return FolderLock::take(folder, fmt::format("scotoma {} {}", verb, arguments.study.string()));
}

Result<std::optional<FolderLock>> lock_answers(const StudyArguments& arguments, const char* verb) {
  const auto folder = out_folder(arguments);
  std::error_code error;
  if (!arguments.cache.empty() && !std::filesystem::equivalent(arguments.cache, folder, error))
    return std::optional<FolderLock>();
  std::filesystem::create_directories(folder, error);
  if (error) {
    return bad_input(
        fmt::format("{}: cannot be written ({}); choose another folder with --out", folder.string(), error.message()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(FolderLock lock, lock_folder(folder, arguments, verb));
  return std::optional<FolderLock>(std::move(lock));
}

Result<void> check_cache(const StudyArguments& arguments) {
  const auto file = cache_folder(arguments) / "catalogue.sqlite";
  if (std::error_code ignored; std::filesystem::exists(file, ignored)) return {};
  return bad_input(
      fmt::format("{}: not there; run `scotoma find {}` first, or say with --out (or --cache) where "
                  "the study's answers are",
                  file.string(), arguments.study.string()));
}

Result<Session> open_session(Study study, const StudyArguments& arguments) {
  Session session;
  session.study = std::move(study);
  SCOTOMA_ASSIGN_OR_RETURN(session.cache, AnswerCache::open(cache_folder(arguments)));
  SCOTOMA_ASSIGN_OR_RETURN(session.models, load_models(session.study));
  return session;
}

}  // namespace scotoma
