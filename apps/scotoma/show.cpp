// scotoma show STUDY BUG: everything about one hypothesis.
#include <fmt/format.h>

#include "bugs_file.h"
#include "terminal.h"

namespace scotoma {
namespace {

struct ShowArguments : StudyArguments {
  std::string bug;
  bool json = false;
};

void print_rate(const char* name, const nlohmann::ordered_json& rate) {
  if (!rate.is_object() || rate.value("valid", 0) == 0) return;
  say("  {:<22} {} of {} fail: {:.1f} % (95 % interval {:.1f} to {:.1f} %)\n", name, rate.value("failures", 0),
      rate.value("valid", 0), 100 * rate.value("rate", 0.0), 100 * rate.value("low", 0.0),
      100 * rate.value("high", 1.0));
}

void print_bug(const nlohmann::ordered_json& bug, const std::filesystem::path& folder) {
  const Paint paint(stdout);
  say("{}\n  {:<22} {}\n  {:<22} {}\n", paint.bold(bug.value("sentence", "")), "status", bug.value("status", ""),
      "prompt", bug.value("prompt", ""));
  say("  {:<22} {}\n", "claim",
      bug.value("direction", "") == "passes" ? "the label passes under the phrase"
                                             : "the label fails under the phrase");
  if (const std::string predicted = bug.value("predicted", ""); !predicted.empty())
    say("  {:<22} {}\n", "taken for", predicted);
  print_rate("base prompt", bug["base"]);
  print_rate("exploration", bug["explored"]);
  print_rate("confirmation", bug["confirm"]);
  print_rate("audit", bug["audit"]);
  print_rate("audit, without phrase", bug["audit_base"]);
  if (const std::string text = reviewed_failures(bug); !text.empty()) say("  {:<22} {}\n", "reviewed", text);
  say("  {:<22} {:.1f} (natural logarithm; base rate as measured + delta: {:.1f} %)\n", "log e-value",
      bug.value("log_e_value", 0.0), 100 * bug.value("null_rate", 0.0));
  for (const char* kind : {"failing", "passing"}) {
    for (const auto& file : bug["examples"][kind])
      say("  {:<22} {}\n", kind, (folder / file.get<std::string>()).string());
  }
}

Result<void> show(const ShowArguments& arguments) {
  SCOTOMA_TRY(const auto json, read_bugs(arguments));
  std::string known;
  for (const auto& bug : json["bugs"]) {
    if (bug.value("id", "") == arguments.bug) {
      if (arguments.json) {
        say_json(bug);
      } else {
        print_bug(bug, out_folder(arguments));
      }
      return {};
    }
    known += (known.empty() ? "" : ", ") + bug.value("id", "");
  }
  return bad_input(fmt::format("no bug '{}' in this study; it has: {}", arguments.bug, known.empty() ? "none" : known));
}

}  // namespace

void add_show(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ShowArguments>();
  auto* verb = app.add_subcommand("show", "show one bug: rates, evidence, example files");
  add_study(*verb, *arguments);
  add_out(*verb, *arguments);
  verb->add_option("BUG", arguments->bug, "its id, as `scotoma list` names it")->required();
  verb->add_flag("--json", arguments->json, "as JSON (docs/bugs-json.md)");
  verb->callback([&run, arguments] { run = [arguments] { return show(*arguments); }; });
}

}  // namespace scotoma
