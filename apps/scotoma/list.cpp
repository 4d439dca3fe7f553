// scotoma list STUDY: the tested hypotheses as a table, or as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>

#include "bugs_file.h"
#include "report/claims_filter.h"
#include "terminal.h"

namespace scotoma {
namespace {

struct ListArguments : StudyArguments {
  bool json = false;
  bool all = false;
  std::string label;
  std::string word;
  std::string taken_for;
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

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool wanted(const nlohmann::ordered_json& bug, const ListArguments& arguments) {
  if (!arguments.label.empty() && bug["label"] != arguments.label) return false;
  if (!arguments.taken_for.empty() && bug["predicted"] != arguments.taken_for) return false;
  return lower(bug["phrase"]).find(lower(arguments.word)) != std::string::npos;
}

/// How many of those bugs that are confirmed and wanted are expected to be false; empty where there is none, or where
/// the results are of a program or a rule that tells no level.
std::string level_of_listed(const nlohmann::ordered_json& json, const ListArguments& arguments) {
  const auto claims = json.find("claims");
  if (claims == json.end() || !claims->is_object()) return {};
  const auto slots = claims->find("slots");
  std::vector<double> log_e_values;
  for (const auto& bug : json["bugs"]) {
    if (bug["status"] == "confirmed" && wanted(bug, arguments)) log_e_values.push_back(bug["log_e_value"]);
  }
  if (log_e_values.empty() || slots == claims->end() || !slots->is_number_integer()) return {};
  const auto most = std::clamp<std::int64_t>(*slots, std::ssize(log_e_values), std::numeric_limits<int>::max());
  return claims_sentence(log_e_values, static_cast<int>(most));
}

/// Phrases of which nothing is claimed because the generator cannot draw them.
void print_undrawable(const nlohmann::ordered_json& json, const ListArguments& arguments) {
  for (const auto& bug : json["bugs"]) {
    if (bug["status"] != "undrawable" || !wanted(bug, arguments)) continue;
    say("the generator cannot draw this: {}\n", bug.value("prompt", ""));
  }
}

void print_bug(const nlohmann::ordered_json& bug) {
  say(kRow, bug.value("id", ""), bug.value("status", ""), bug.value("direction", ""), rate_text(measured(bug)),
      rate_text(bug["base"]), bug.value("predicted", ""), bug.value("prompt", ""));
  say("\n");
  if (const std::string text = reviewed_failures(bug); !text.empty()) say("    reviewed: {}\n", text);
}

Result<void> list(const ListArguments& arguments) {
  SCOTOMA_TRY(const auto json, read_bugs(arguments));
  auto bugs = nlohmann::ordered_json::array();
  for (const auto& bug : json["bugs"]) {
    const bool listed = arguments.all || bug.value("status", "") == "confirmed";
    if (listed && wanted(bug, arguments)) bugs.push_back(bug);
  }
  if (arguments.json) {
    say_json(bugs);
    return {};
  }
  if (bugs.empty()) {
    const bool filtered = !arguments.label.empty() || !arguments.word.empty() || !arguments.taken_for.empty();
    say("no {}bug was confirmed among {} phrases{}\n", filtered ? "such " : "", json["bugs"].size(),
        arguments.all ? "" : "; --all shows them");
    print_undrawable(json, arguments);
    return {};
  }
  const Paint paint(stdout);
  say("{}\n", paint.bold(fmt::format(kRow, "bug", "status", "claim", "fails", "base", "taken for", "prompt")));
  for (const auto& bug : bugs) print_bug(bug);
  if (const std::string level = level_of_listed(json, arguments); !level.empty()) say("{}\n", level);
  if (!arguments.all) print_undrawable(json, arguments);
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
  verb->add_option("--label", arguments->label, "only of this label");
  verb->add_option("--word", arguments->word, "only where the phrase holds this text");
  verb->add_option("--taken-for", arguments->taken_for, "only what is taken for this class");
  verb->footer(
      "Whatever is picked by --label, --word and --taken-for, the last line says how many of the confirmed ones among "
      "it "
      "are expected to be false. "
      "claim: whether the label is said to fail under the phrase, or (where it fails nearly everywhere) to pass. "
      "fails, base: shares of pictures that fail, in either case, with and without the phrase.");
  verb->callback([&run, arguments] { run = [arguments] { return list(*arguments); }; });
}

}  // namespace scotoma
