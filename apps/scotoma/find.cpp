// scotoma find STUDY: the hunt.
#include <fmt/format.h>

#include "bugs_file.h"
#include "report/publish.h"
#include "report/spread.h"
#include "report/tally.h"
#include "report/words.h"
#include "session.h"
#include "terminal.h"

namespace scotoma {
namespace {

void print_summary(const Hunt& hunt, const Published& published) {
  const Paint paint(stdout);
  const Findings& findings = hunt.findings;
  const Tally tally = tally_of(findings);
  fmt::print("\n{} On {}.\n", paint.bold(summary(findings)), counted(findings.spent.total(), "picture"));
  for (const BaseResult* base : tally.everywhere) {
    fmt::print("  {} {} fails nearly everywhere: {:.0f} % of its plain pictures\n", paint.red("!"), base->label,
               100 * base->rate.rate);
  }
  for (const Hypothesis* exception : tally.exceptions) fmt::print("  {} {}\n", paint.green("+"), headline(*exception));
  for (const Hypothesis* bug : tally.bugs) fmt::print("  {} {}\n", paint.red("!"), headline(*bug));
  const auto rows = furthest_first(findings);
  if (!rows.empty()) fmt::print("\nOn other labels:\n");
  for (const CrossRow* row : rows) fmt::print("  {} {}\n", paint.yellow("~"), sentence(findings, *row));
  fmt::print("\nreport: {}\n", paint.bold(std::filesystem::absolute(published.report).lexically_normal().string()));
}

}  // namespace

Result<void> run_find(const StudyArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_TRY(Study study, open_study(arguments));
  SCOTOMA_CHECK(claim_folder(out_folder(arguments), study));
  SCOTOMA_TRY(Session session, open_session(std::move(study), arguments));
  Result<Hunt> done = [&] {
    TerminalProgress progress(arguments.quiet);
    return hunt(session.study, session.models, *session.catalogue, cancel, progress);
  }();
  if (!done.ok()) return done.error();
  SCOTOMA_TRY(const Published published,
              publish(session.study, done->findings, &done->run, *session.catalogue, out_folder(arguments)));
  print_summary(*done, published);
  return {};
}

void add_find(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("find", "run a study: find bugs, confirm them, write the report");
  add_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_catalogue(*verb, *arguments);
  add_threads_and_quiet(*verb, *arguments);
  verb->footer("Stopped or killed, the same command goes on where it was; a finished study is replayed in a second.");
  verb->callback([&run, arguments] { run = [arguments] { return run_find(*arguments); }; });
}

}  // namespace scotoma
