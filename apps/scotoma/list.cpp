// SPDX-License-Identifier: Apache-2.0
// scotoma list STUDY: causes with their bugs and systematic failures as a table, or as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include "columns.h"
#include "scotoma/backend/files/class_names.h"
#include "scotoma/core/letters.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/session/results.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/finding_words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

using Json = nlohmann::ordered_json;

struct ListArguments : StudyArguments {
  bool json = false;
  bool all = false;
  std::string label;
  std::string word;
  std::string misclassified_as;
};

constexpr const char* kRow = "{} {:<14} {:<7} {:<16} {:<16} {} {}";

/// Of the columns that hold what others wrote; no wider than this, longer texts push the rest of their own row.
constexpr std::size_t kWidest = 48;
struct Widths {
  std::size_t id = 28;
  std::size_t predicted = 12;

  void fit(const Json& each) {
    id = std::clamp(columns_of("  " + each.value("id", "")), id, kWidest);
    predicted = std::clamp(columns_of(each.value("predicted", "")), predicted, kWidest);
  }
};

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

bool wanted(const nlohmann::ordered_json& bug, const ListArguments& arguments) {
  if (!arguments.label.empty() && bug["label"] != arguments.label) return false;
  if (!arguments.misclassified_as.empty() && bug["predicted"] != arguments.misclassified_as) return false;
  return small_ascii(bug["phrase"]).find(small_ascii(arguments.word)) != std::string::npos;
}

/// A systematic failure has no phrase: words in a phrase leave it out.
bool wanted_failure(const nlohmann::ordered_json& failure, const ListArguments& arguments) {
  if (!arguments.label.empty() && failure["label"] != arguments.label) return false;
  if (!arguments.misclassified_as.empty() && failure["predicted"] != arguments.misclassified_as) return false;
  return arguments.word.empty();
}

/// What is listed, in the order of the file.
struct Listed {
  Json bugs = Json::array();  ///< of any kind
  Json systematic = Json::array();
};

Listed listed_of(const Json& json, const ListArguments& arguments) {
  Listed listed;
  for (const Json& bug : json["bugs"]) {
    const bool of_a_kind = arguments.all || bug.value("status", "") == "confirmed";
    if (of_a_kind && wanted(bug, arguments)) listed.bugs.push_back(bug);
  }
  for (const Json& failure : json["systematic_failures"]) {
    if (wanted_failure(failure, arguments)) listed.systematic.push_back(failure);
  }
  return listed;
}

int count_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(*found, 0, std::numeric_limits<int>::max()));
}

/// How many of those bugs that are confirmed and wanted are expected to be false; empty where there is none, or where
/// the results are of a program or a rule that gives no level.
std::string level_of_listed(const Json& json, const ListArguments& arguments) {
  const auto found = json.find("claims");
  if (found == json.end() || !found->is_object()) return {};
  TrialCounts trials;
  trials.unwaved = count_in(*found, "slots");
  if (const auto waves = found->find("trials"); waves != found->end() && waves->is_object()) {
    trials.search = count_in(*waves, "search");
    trials.cross_check = count_in(*waves, "cross_check");
  }
  std::vector<Claim> chosen;
  std::vector<Claim> others;
  for (const auto& bug : json["bugs"]) {
    const auto wave = bug.find("wave");
    const bool waved = wave != bug.end() && wave->is_string();
    const bool claim = bug["status"] == "confirmed";
    const auto status = named<Status>(bug["status"].get<std::string>());
    const bool beside = waved && status && speaks_beside_claims(*status);
    if (!claim && !beside) continue;
    (claim && wanted(bug, arguments) ? chosen : others)
        .push_back({bug["log_e_value"], waved ? named<Wave>(wave->get<std::string>()) : std::nullopt});
  }
  if (chosen.empty() || trials.unwaved == 0) return {};
  return claims_sentence(chosen, others, trials);
}

/// Phrases of which nothing is claimed because the generator cannot show them.
void print_not_generatable(const nlohmann::ordered_json& json, const ListArguments& arguments) {
  for (const auto& bug : json["bugs"]) {
    if (bug["status"] != "not_generatable" || !wanted(bug, arguments)) continue;
    say("the generator cannot show this: {}\n", bug.value("prompt", ""));
  }
}

void print_row(const std::string& id, std::string_view status, const Json& object, const Json& fails,
               const std::string& base, const std::string& prompt, const Widths& widths) {
  say(kRow, padded("  " + id, widths.id), status, object.value("direction", "fails"), rate_text(fails), base,
      padded(object.value("predicted", ""), widths.predicted), prompt);
  say("\n");
}

void print_bug(const Study& study, const Json& bug, const Widths& widths) {
  print_row(bug.value("id", ""), bug.value("status", ""), bug, measured(bug), rate_text(bug["base"]),
            bug.value("prompt", ""), widths);
  if (const std::string text = reviewed_failures(study, bug); !text.empty()) say("      reviewed: {}\n", text);
}

/// A finding's sentence and, below it, those of the listed bugs that it names; these are then done.
void print_finding(const Study& study, const Json& finding, const char* its_bugs, const Json* own_row, Json& bugs,
                   const Widths& widths, const Paint& paint) {
  const Json& ids = finding[its_bugs];
  const auto inside = [&](const Json& bug) { return std::find(ids.begin(), ids.end(), bug["id"]) != ids.end(); };
  if (own_row == nullptr && std::none_of(bugs.begin(), bugs.end(), inside)) return;
  say("{}: {}\n", paint.bold(finding.value("id", "")), finding.value("sentence", ""));
  if (own_row != nullptr) {
    const std::string prompt = finding["prompts"].empty() ? "" : finding["prompts"][0].get<std::string>();
    print_row(finding.value("id", ""), "systematic", finding, finding["base"], "-", prompt, widths);
  }
  Json left = Json::array();
  for (const Json& bug : bugs) {
    if (inside(bug)) {
      print_bug(study, bug, widths);
    } else {
      left.push_back(bug);
    }
  }
  bugs = std::move(left);
}

void print_table(const Study& study, const Json& json, Listed listed, const Paint& paint) {
  Widths widths;
  for (const Json* list : {&listed.bugs, &listed.systematic}) {
    for (const Json& each : *list) widths.fit(each);
  }
  say("{}\n", paint.bold(fmt::format(kRow, padded("bug", widths.id), "status", "claim", "fails", "base",
                                     padded("misclassified as", widths.predicted), "prompt")));
  for (const Json& cause : json["causes"]) print_finding(study, cause, "bugs", nullptr, listed.bugs, widths, paint);
  for (const Json& failure : json["systematic_failures"]) {
    const auto row = std::find(listed.systematic.begin(), listed.systematic.end(), failure);
    const Json* own_row = row == listed.systematic.end() ? nullptr : &*row;
    print_finding(study, failure, "exceptions", own_row, listed.bugs, widths, paint);
  }
  if (!listed.bugs.empty()) say("{}\n", paint.bold("other hypotheses"));
  for (const Json& bug : listed.bugs) print_bug(study, bug, widths);
}

/// The array that --json prints: objects of bugs.json, each with what it is.
Json as_array(const Listed& listed) {
  Json all = Json::array();
  const auto add = [&](const Json& list, const char* kind) {
    for (const Json& each : list) {
      Json item = {{"kind", kind}};
      item.update(each);
      all.push_back(std::move(item));
    }
  };
  add(listed.bugs, "bug");
  add(listed.systematic, "systematic_failure");
  return all;
}

/// Sentences on how much of what is listed may be false.
void print_levels(const Json& json, const Listed& listed, const ListArguments& arguments) {
  if (const std::string level = level_of_listed(json, arguments); !level.empty()) say("{}\n", level);
  const Json::json_pointer alpha0("/settings/evidence/alpha0");
  if (!listed.systematic.empty() && json.contains(alpha0) && json[alpha0].is_number())
    say("{}\n", systematic_sentence(json[alpha0]));
}

/// Refuses a label that the study does not have, and a class that its classifier does not have: such a filter finds
/// nothing, whatever the results hold.
Result<void> check_filters(const Study& study, const Json& json, const ListArguments& arguments) {
  if (arguments.label.empty() && arguments.misclassified_as.empty()) return {};
  std::set<std::string> labels;
  std::set<std::string> answers;
  for (const StudyLabel& label : study.labels) labels.insert(label.name);
  for (const char* kind : {"bugs", "systematic_failures"}) {
    for (const Json& each : json[kind]) {
      labels.insert(each.value("label", ""));
      if (const std::string answer = each.value("predicted", ""); !answer.empty()) answers.insert(answer);
    }
  }
  if (!arguments.label.empty() && !labels.contains(arguments.label)) {
    return bad_input(
        fmt::format("--label {}: the study has no such label; it has {}", arguments.label, fmt::join(labels, ", ")));
  }
  if (arguments.misclassified_as.empty() || answers.contains(arguments.misclassified_as)) return {};
  const auto classes = read_class_names(study.classifier.labels);
  if (classes.ok() && std::find(classes->begin(), classes->end(), arguments.misclassified_as) != classes->end())
    return {};
  return bad_input(
      fmt::format("--misclassified-as {}: the classifier has no such class; what is confused is misclassified as {}",
                  arguments.misclassified_as, answers.empty() ? "nothing" : fmt::to_string(fmt::join(answers, ", "))));
}

Result<void> list(const ListArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(const StoredResults results, read_results(arguments));
  tell_note(results.note);
  tell_doubts(results.doubts);
  const auto& json = results.bugs;
  SCOTOMA_RETURN_IF_ERROR(check_filters(results.study, json, arguments));
  const Listed listed = listed_of(json, arguments);
  if (arguments.json) {
    say_json(as_array(listed));
    return {};
  }
  if (const std::string rule = failure_sentence(results.study); !rule.empty()) say("{}\n", rule);
  if (listed.bugs.empty() && listed.systematic.empty()) {
    const bool filtered = !arguments.label.empty() || !arguments.word.empty() || !arguments.misclassified_as.empty();
    const auto tried = std::count_if(json["bugs"].begin(), json["bugs"].end(),
                                     [&](const Json& bug) { return wanted(bug, arguments); });
    say("no {}bug was confirmed{}\n", filtered ? "such " : "",
        tried == 0 ? ": no phrase was tried"
                   : fmt::format(" among {} phrase{}{}", tried, tried == 1 ? "" : "s",
                                 arguments.all ? "" : "; --all shows them"));
    print_not_generatable(json, arguments);
    return {};
  }
  print_table(results.study, json, listed, Paint(stdout));
  print_levels(json, listed, arguments);
  if (!arguments.all) print_not_generatable(json, arguments);
  return {};
}

}  // namespace

void add_list(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ListArguments>();
  auto* verb = app.add_subcommand(
      "list", "list the findings of a finished study: causes with their bugs, and systematic failures");
  add_finished_study(*verb, *arguments);
  add_out(*verb, *arguments);
  verb->add_flag("--json", arguments->json,
                 "the same as a JSON list (docs/bugs-json.md): bugs, then systematic failures, by `kind`");
  verb->add_flag("--all", arguments->all, "also the phrases that were not confirmed");
  verb->add_option("--label", arguments->label, "only of this label")->type_name("LABEL");
  verb->add_option("--word", arguments->word, "only where the phrase holds this text");
  verb->add_option("--misclassified-as,--taken-for", arguments->misclassified_as,
                   "only what is misclassified as this class")
      ->type_name("CLASS");
  verb->footer(
      "Whatever is picked by --label, --word and --misclassified-as, the last line says how many of the confirmed ones "
      "among them are expected to be false. "
      "claim: whether the label is said to fail under the phrase, or (where it fails systematically) to pass. "
      "fails, base: shares of images that fail, in either case, with and without the phrase.");
  verb->callback([&run, arguments] { run = [arguments] { return list(*arguments); }; });
}

}  // namespace scotoma
