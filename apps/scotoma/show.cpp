// SPDX-License-Identifier: Apache-2.0
// scotoma show STUDY ID: everything about one bug or other hypothesis, one cause, or one systematic failure.
#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/finding.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/session/results.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/text.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

using Json = nlohmann::ordered_json;

struct ShowArguments : StudyArguments {
  std::string id;
  bool json = false;
};

/// The item of that id; null if there is none.
const Json* find_id(const Json& list, const std::string& id) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& each) { return each["id"] == id; });
  return found == list.end() ? nullptr : &*found;
}

void print_rate(const char* name, const Json& rate) {
  if (!rate.is_object() || rate.value("valid", 0) == 0) return;
  say("  {:<22} {} of {} fail: {:.1f} % (95 % interval {:.1f} to {:.1f} %)\n", name, rate.value("failures", 0),
      rate.value("valid", 0), 100 * rate.value("rate", 0.0), 100 * rate.value("low", 0.0),
      100 * rate.value("high", 1.0));
}

void print_examples(const Json& object, const std::filesystem::path& folder) {
  for (const char* kind : {"failing", "passing"}) {
    for (const auto& file : object["examples"][kind])
      say("  {:<22} {}\n", kind, (folder / file.get<std::string>()).string());
  }
}

void print_bug(const Study& study, const Json& bug, const StudyPlaces& place) {
  const std::filesystem::path folder = out_folder(place);
  const Paint paint(stdout);
  const bool confirmed = bug.value("status", "") == name_of(Status::confirmed);
  say("{}{}\n  {:<22} {}\n  {:<22} {}\n",
      confirmed ? "" : "A hypothesis that was not confirmed: ", paint.bold(bug.value("sentence", "")), "status",
      bug.value("status", ""), "prompt", bug.value("prompt", ""));
  say("  {:<22} {}\n", confirmed ? "claim" : "hypothesis",
      bug.value("direction", "") == "passes" ? "the label passes under the phrase"
                                             : "the label fails under the phrase");
  if (const std::string predicted = bug.value("predicted", ""); !predicted.empty())
    say("  {:<22} {}\n", "misclassified as", predicted);
  if (const auto cause = bug.find("cause"); cause != bug.end() && cause->is_string())
    say("  {:<22} {}\n", "cause", cause->get<std::string>());
  print_rate("base prompt", bug["base"]);
  print_rate("exploration", bug["explored"]);
  print_rate("confirmation", bug["confirm"]);
  print_rate("audit", bug["audit"]);
  print_rate("audit, without phrase", bug["audit_base"]);
  if (const std::string text = reviewed_failures(study, bug); !text.empty()) say("  {:<22} {}\n", "reviewed", text);
  say("  {:<22} {:.1f} (natural logarithm; baseline rate as measured + delta: {:.1f} %)\n", "log e-value",
      bug.value("log_e_value", 0.0), 100 * bug.value("null_rate", 0.0));
  print_examples(bug, folder);
  say("  {:<22} scotoma generate {} {} --seed SEED --to SEED.png\n", "an image again",
      quote_for_shell(place.study.string()), quote_for_shell(bug.value("prompt", "")));
  say("  {:<22} SEED: one of those that {} names\n", "", (out_folder(place) / "report.html").string());
}

/// The bugs of those ids, each with its sentence, below one word for what they are.
void print_members(const Json& json, const Json& ids, const char* what) {
  for (const Json& id : ids) {
    const Json* bug = find_id(json["bugs"], id.get<std::string>());
    say("  {:<22} {}: {}\n", what, id.get<std::string>(), bug == nullptr ? "" : bug->value("sentence", ""));
  }
}

void print_cause(const Json& json, const Json& cause) {
  const Paint paint(stdout);
  say("{}\n  {:<22} {}\n", paint.bold(cause.value("sentence", "")), "phrase", cause.value("phrase", ""));
  if (const std::string predicted = cause.value("predicted", ""); !predicted.empty())
    say("  {:<22} {}\n", "misclassified as", predicted);
  print_members(json, cause["bugs"], "bug");
  for (const Json& label : cause["reaches"]) say("  {:<22} {}\n", "also, by cross-check", label.get<std::string>());
}

void print_systematic(const Json& json, const Json& failure, const std::filesystem::path& folder) {
  const Paint paint(stdout);
  say("{}\n", paint.bold(failure.value("sentence", "")));
  for (const Json& prompt : failure["prompts"]) say("  {:<22} {}\n", "prompt", prompt.get<std::string>());
  if (const std::string predicted = failure.value("predicted", ""); !predicted.empty())
    say("  {:<22} {}\n", "misclassified as", predicted);
  print_rate("baseline", failure["base"]);
  print_members(json, failure["exceptions"], "exception");
  print_examples(failure, folder);
}

Result<void> show(const ShowArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(const StoredResults results, read_results(arguments));
  tell_note(results.note);
  tell_doubts(results.doubts);
  const auto& json = results.bugs;
  std::string known;
  for (const char* list : {"causes", "systematic_failures", "bugs"}) {
    for (const Json& each : json[list]) known += (known.empty() ? "" : ", ") + each.value("id", "");
    const Json* found = find_id(json[list], arguments.id);
    if (found == nullptr) continue;
    if (arguments.json) {
      say_json(*found);
      return {};
    }
    if (const std::string rule = failure_sentence(results.study); !rule.empty()) say("{}\n", rule);
    if (std::string_view(list) == "causes") {
      print_cause(json, *found);
    } else if (std::string_view(list) == "bugs") {
      print_bug(results.study, *found, arguments);
    } else {
      print_systematic(json, *found, out_folder(arguments));
    }
    return {};
  }
  return bad_input(fmt::format("no bug, cause or systematic failure '{}' in this study; it has: {}", arguments.id,
                               known.empty() ? "none" : known));
}

}  // namespace

void add_show(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ShowArguments>();
  auto* verb = app.add_subcommand("show", "show one bug, cause or systematic failure: rates, evidence, example files");
  add_finished_study(*verb, *arguments);
  add_out(*verb, *arguments);
  verb->add_option("ID", arguments->id, "its id, as `scotoma list` names it")->required();
  verb->add_flag("--json", arguments->json, "as JSON (docs/bugs-json.md)");
  verb->callback([&run, arguments] { run = [arguments] { return show(*arguments); }; });
}

}  // namespace scotoma
