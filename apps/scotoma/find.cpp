// scotoma find STUDY: the hunt.
#include <fmt/format.h>

#include "report/publish.h"
#include "session.h"
#include "terminal.h"

namespace scotoma {
namespace {

void print_summary(const Hunt& hunt, const Published& published) {
  const Paint paint(stdout);
  int confirmed = 0;
  for (const Hypothesis& hypothesis : hunt.findings.hypotheses)
    confirmed += hypothesis.status == Status::confirmed ? 1 : 0;
  fmt::print("\n{}\n", paint.bold(fmt::format("{} bug{} confirmed among {} phrases, on {} images", confirmed,
                                              confirmed == 1 ? "" : "s", hunt.findings.hypotheses.size(),
                                              hunt.findings.spent.total())));
  for (const BaseResult& base : hunt.findings.bases) {
    if (base.everywhere) {
      fmt::print("  {} \"{}\" fails nearly everywhere: {:.0f} % of its plain pictures\n", paint.red("!"), base.label,
                 100 * base.rate.rate);
    }
  }
  for (const Hypothesis& bug : hunt.findings.hypotheses) {
    if (bug.status == Status::confirmed) fmt::print("  {} {}\n", paint.red("!"), headline(bug));
  }
  fmt::print("\nreport: {}\n", paint.bold(std::filesystem::absolute(published.report).lexically_normal().string()));
}

Result<void> find_and_publish(const StudyArguments& arguments) {
  SCOTOMA_TRY(Session session, open_session(arguments));
  Result<Hunt> done = [&] {
    TerminalProgress progress(arguments.quiet);
    return hunt(session.study, session.models, *session.catalogue, interrupt_token(), progress);
  }();
  if (!done.ok()) return done.error();
  SCOTOMA_TRY(const Published published,
              publish(session.study, done->findings, &done->run, *session.catalogue, session.folder));
  print_summary(*done, published);
  return {};
}

}  // namespace

int run_find(const StudyArguments& arguments) {
  const auto done = find_and_publish(arguments);
  return done.ok() ? 0 : complain(done.error());
}

void add_find(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("find", "run a study: find bugs, confirm them, write the report");
  add_study_arguments(*verb, *arguments);
  verb->footer("Stopped or killed, the same command goes on where it was; a finished study is replayed in a second.");
  verb->callback([&run, arguments] { run = [arguments] { return run_find(*arguments); }; });
}

}  // namespace scotoma
