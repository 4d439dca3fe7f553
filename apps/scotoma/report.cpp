// SPDX-License-Identifier: Apache-2.0
// scotoma report STUDY: the report again, from what was stored alone.
#include "scotoma/report/publish.h"
#include "scotoma/session/finished.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

Result<void> write_report(const StudyArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(arguments));
  SCOTOMA_RETURN_IF_ERROR(check_finished(arguments));
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, claim_folder(arguments, study, "report"));
  const CancelToken never;
  SCOTOMA_ASSIGN_OR_RETURN(const FinishedStudy done, open_finished(std::move(study), arguments, never));
  tell_note(done.session.note);
  SCOTOMA_ASSIGN_OR_RETURN(const Published published,
                           publish(done.session.study, done.findings, nullptr, done.images, out_folder(arguments)));
  say("{}\n", published.report.string());
  return {};
}

}  // namespace

void add_report(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("report", "write the report of a finished study again; generates nothing");
  add_finished_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  verb->callback([&run, arguments] { run = [arguments] { return write_report(*arguments); }; });
}

}  // namespace scotoma
