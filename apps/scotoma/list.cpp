// scotoma list STUDY: the tested hypotheses as a table, or as JSON.
#include <fmt/format.h>

#include "bugs_file.h"
#include "terminal.h"

namespace scotoma {
namespace {

struct ListArguments : StudyArguments {
  bool json = false;
  bool all = false;
};

std::string rate_text(const nlohmann::ordered_json& rate) {
  if (!rate.is_object() || rate.value("valid", 0) == 0) return "-";
  return fmt::format("{:.0f} % [{:.0f}, {:.0f}]", 100 * rate.value("rate", 0.0), 100 * rate.value("low", 0.0),
                     100 * rate.value("high", 1.0));
}

Result<void> list(const ListArguments& arguments) {
  SCOTOMA_TRY(const auto json, read_bugs(arguments));
  auto bugs = nlohmann::ordered_json::array();
  for (const auto& bug : json["bugs"]) {
    if (arguments.all || bug.value("status", "") == "confirmed") bugs.push_back(bug);
  }
  if (arguments.json) {
    fmt::print("{}\n", bugs.dump(2));
    return {};
  }
  const Paint paint(stdout);
  if (bugs.empty()) {
    fmt::print("no bug was confirmed among {} phrases{}\n", json["bugs"].size(),
               arguments.all ? "" : "; --all shows them");
    return {};
  }
  fmt::print("{}\n", paint.bold(fmt::format("{:<28} {:<14} {:<16} {:<16} {:<12} {}", "bug", "status", "fails", "base",
                                            "taken for", "prompt")));
  for (const auto& bug : bugs) {
    const auto& measured = bug["audit"].is_object() ? bug["audit"] : bug["explored"];
    fmt::print("{:<28} {:<14} {:<16} {:<16} {:<12} {}\n", bug.value("id", ""), bug.value("status", ""),
               rate_text(measured), rate_text(bug["base"]), bug.value("predicted", ""), bug.value("prompt", ""));
  }
  return {};
}

}  // namespace

void add_list(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ListArguments>();
  auto* verb = app.add_subcommand("list", "list the bugs of a finished study");
  add_study_arguments(*verb, *arguments);
  verb->add_flag("--json", arguments->json, "the same as a JSON list (docs/bugs-json.md)");
  verb->add_flag("--all", arguments->all, "also the phrases that were not confirmed");
  verb->callback([&run, arguments] {
    run = [arguments] {
      const auto done = list(*arguments);
      return done.ok() ? 0 : complain(done.error());
    };
  });
}

}  // namespace scotoma
