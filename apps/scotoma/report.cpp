// SPDX-License-Identifier: Apache-2.0
// scotoma report STUDY: the report again, from what was stored alone.
#include "scotoma/session/report_again.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

Result<void> write_report(const StudyArguments& arguments) {
  const CancelToken never;
  SCOTOMA_ASSIGN_OR_RETURN(const Reported reported, report_again(arguments, never));
  tell_note(reported.note);
  say("{}\n", reported.published.report.string());
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
