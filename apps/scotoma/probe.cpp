// scotoma probe STUDY --label fly "on a flower": a hypothesis of the user's own, through the same evidence.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/bugs_json.h"
#include "report/publish.h"
#include "session.h"
#include "terminal.h"

namespace scotoma {
namespace {

struct ProbeArguments : StudyArguments {
  std::string label;
  std::string phrase;
  bool before = false;
  bool json = false;
};

void print_verdict(const Hypothesis& hypothesis) {
  const Paint paint(stdout);
  const bool confirmed = hypothesis.status == Status::confirmed;
  fmt::print("{}  {}\n", confirmed ? paint.red("confirmed") : paint.green("not confirmed"), headline(hypothesis));
  fmt::print("  {} of {} fresh pictures {}; the null allows {:.1f} %; log e-value {:.1f}\n",
             hypothesis.confirmed.failures, hypothesis.confirmed.valid,
             hypothesis.direction == Direction::fails ? "fail" : "pass", 100 * hypothesis.null_rate,
             hypothesis.log_e_value);
}

Result<void> probe(const ProbeArguments& arguments) {
  SCOTOMA_TRY(Session session, open_session(arguments));
  auto& labels = session.study.labels;
  const auto is_asked = [&](const StudyLabel& label) { return label.name == arguments.label; };
  if (std::none_of(labels.begin(), labels.end(), is_asked)) {
    return bad_input(fmt::format("the study has no label '{}'; it has: {}", arguments.label, [&] {
      std::string names;
      for (const auto& label : labels) names += (names.empty() ? "" : ", ") + label.name;
      return names;
    }()));
  }
  Candidate asked;
  asked.label = arguments.label;
  asked.phrase.text = arguments.phrase;
  asked.phrase.before = arguments.before;
  asked.source = "user";
  TerminalProgress progress(arguments.quiet);
  SCOTOMA_TRY(const Hunt done,
              hunt(session.study, session.models, *session.catalogue, interrupt_token(), progress, {.only = {asked}}));
  if (arguments.json) {
    fmt::print("{}\n", bugs_json(session.study, done.findings)["bugs"][0].dump(2));
  } else {
    print_verdict(done.findings.hypotheses.front());
  }
  return {};
}

}  // namespace

void add_probe(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ProbeArguments>();
  auto* verb = app.add_subcommand("probe", "test a phrase of your own");
  add_study_arguments(*verb, *arguments);
  verb->add_option("--label", arguments->label, "a label of the study")->required();
  verb->add_option("PHRASE", arguments->phrase, "for example \"on a flower\"")->required();
  verb->add_flag("--before", arguments->before, "the phrase belongs in front of the label (\"dark\")");
  verb->add_flag("--json", arguments->json, "as JSON (docs/bugs-json.md)");
  verb->footer("The base pictures of the study are drawn first, unless they are there already.");
  verb->callback([&run, arguments] {
    run = [arguments] {
      const auto done = probe(*arguments);
      return done.ok() ? 0 : complain(done.error());
    };
  });
}

}  // namespace scotoma
