#include "session.h"

#include <fmt/format.h>

#include "backend/registry.h"
#include "study/read.h"

namespace scotoma {

void add_study_arguments(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("STUDY", arguments.study, "the study file (study.toml)")->required();
  verb.add_option("--out", arguments.out,
                  "folder of catalogue, report and bugs.json; default: the study's name with .out, here");
  verb.add_option("--threads", arguments.threads, "overrides engine.threads; changes no result")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--quiet,-q", arguments.quiet, "no progress");
}

std::filesystem::path out_folder(const StudyArguments& arguments) {
  if (!arguments.out.empty()) return arguments.out;
  return std::filesystem::path(arguments.study.stem().string() + ".out");
}

Result<Session> open_session(const StudyArguments& arguments) {
  Session session;
  SCOTOMA_TRY(session.study, read_study(arguments.study));
  if (arguments.threads > 0) session.study.engine.threads = arguments.threads;
  session.folder = out_folder(arguments);
  SCOTOMA_TRY(session.catalogue, Catalogue::open(session.folder));
  SCOTOMA_TRY(session.models, load_models(session.study));
  return session;
}

std::string headline(const Hypothesis& bug) {
  const char* what = bug.direction == Direction::fails ? "fail" : "pass";
  const bool audited = bug.audit.valid > 0;
  const Rate& rate = audited ? bug.audit : bug.confirmed;
  std::string text = fmt::format("{}: {:.0f} % {} ({:.0f} to {:.0f} %)", bug.prompt, 100 * rate.rate, what,
                                 100 * rate.low, 100 * rate.high);
  if (bug.direction == Direction::fails && !bug.predicted.empty())
    text += fmt::format(", taken for \"{}\"", bug.predicted);
  return text;
}

}  // namespace scotoma
