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

constexpr const char* kRow = "{:<28} {:<14} {:<7} {:<16} {:<16} {:<12} {}";

/// The best measurement that there is: the audit's, else what confirmation showed, else exploration.
const nlohmann::ordered_json& measured(const nlohmann::ordered_json& bug) {
  for (const char* key : {"audit", "confirm"}) {
    if (bug[key].is_object() && bug[key].value("valid", 0) > 0) return bug[key];
  }
  return bug["explored"];
}

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
  if (bugs.empty()) {
    fmt::print("no bug was confirmed among {} phrases{}\n", json["bugs"].size(),
               arguments.all ? "" : "; --all shows them");
    return {};
  }
  const Paint paint(stdout);
  fmt::print("{}\n", paint.bold(fmt::format(kRow, "bug", "status", "claim", "fails", "base", "taken for", "prompt")));
  for (const auto& bug : bugs) {
    fmt::print(kRow, bug.value("id", ""), bug.value("status", ""), bug.value("direction", ""), rate_text(measured(bug)),
               rate_text(bug["base"]), bug.value("predicted", ""), bug.value("prompt", ""));
    fmt::print("\n");
  }
  return {};
}

}  // namespace

void add_list(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ListArguments>();
  auto* verb = app.add_subcommand("list", "list the bugs of a finished study");
  add_study(*verb, *arguments);
  add_out(*verb, *arguments);
  verb->add_flag("--json", arguments->json, "the same as a JSON list (docs/bugs-json.md)");
  verb->add_flag("--all", arguments->all, "also the phrases that were not confirmed");
  verb->footer(
      "claim: whether the label is said to fail under the phrase, or (where it fails nearly everywhere) to pass. "
      "fails, base: shares of pictures that fail, in either case, with and without the phrase.");
  verb->callback([&run, arguments] { run = [arguments] { return list(*arguments); }; });
}

}  // namespace scotoma
