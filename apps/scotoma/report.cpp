// scotoma report STUDY: the report again, from the catalogue alone.
#include <fmt/format.h>

#include "report/publish.h"
#include "session.h"
#include "terminal.h"

namespace scotoma {
namespace {

Result<void> write_report(const StudyArguments& arguments) {
  SCOTOMA_TRY(Session session, open_session(arguments));
  TerminalProgress progress(true);
  SCOTOMA_TRY(const Hunt done, hunt(session.study, session.models, *session.catalogue, interrupt_token(), progress,
                                    {.replay_only = true}));
  SCOTOMA_TRY(const Published published,
              publish(session.study, done.findings, nullptr, *session.catalogue, session.folder));
  fmt::print("{}\n", published.report.string());
  return {};
}

}  // namespace

void add_report(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("report", "write the report of a finished study again; draws nothing");
  add_study_arguments(*verb, *arguments);
  verb->callback([&run, arguments] {
    run = [arguments] {
      const auto done = write_report(*arguments);
      return done.ok() ? 0 : complain(done.error());
    };
  });
}

}  // namespace scotoma
