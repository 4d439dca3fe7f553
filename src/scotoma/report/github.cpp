// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/github.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/report/check.h"
#include "scotoma/wording/markdown.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kShown = 10;  // annotations of one level that GitHub shows of a step

constexpr std::string_view kNothing =
    "The study found nothing, so nothing was checked: that says nothing of this classifier";

std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : printable(text)) {
    out += special.find(c) == std::string_view::npos ? std::string(1, c)
                                                     : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

bool passes(const CheckCase& one, bool allow_undecided) {
  return one.verdict == Verdict::fixed || (allow_undecided && one.verdict == Verdict::undecided);
}

/// The cases of one level as commands, of which GitHub has room for so many more.
void annotate(const std::vector<const CheckCase*>& cases, std::string_view level, const std::string& classifier,
              std::size_t room, std::vector<std::string>& commands) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const CheckCase& one = *cases[i];
    if (i + 1 == room && cases.size() > room) {
      const std::string left = fmt::format("{} more are not fixed", cases.size() - i);
      commands.push_back(github_command(level, left, left + ": the log and the summary of this step name them"));
      return;
    }
    commands.push_back(github_command(level, fmt::format("{}: {}", one.id, verdict_words(one.verdict)),
                                      fmt::format("{}: {}. {}", classifier, one.prompt, figures(one))));
  }
}

std::string_view sign(const CheckCase& one, bool allow_undecided) {
  if (one.verdict == Verdict::fixed) return "✅";
  return passes(one, allow_undecided) ? "⚠️" : "❌";
}

std::string row(const CheckCase& one, bool allow_undecided) {
  const Rate& now = one.now.claimed;
  const std::string start = fmt::format("| {} {} | {} | {} ", sign(one, allow_undecided), verdict_words(one.verdict),
                                        escape_markdown(one.id), escape_markdown(one.prompt));
  if (now.valid == 0) return start + "| no image to look at | | |\n";
  return start + fmt::format("| {} ({}) | {} | {} |\n", fraction(now), interval_text(now),
                             escape_markdown(fmt::format("{:.1f} %", 100 * one.now.allowed)), fraction(one.before));
}

std::string headline(const Study& study, const Check& check, const std::vector<std::string>& doubts) {
  std::string text = fmt::format("## Scotoma: {} on the findings of {}\n\n{}.\n\n", escape_markdown(check.name),
                                 escape_markdown(study.name),
                                 check.cases.empty() ? std::string(kNothing) : capitalised(verdicts_in_numbers(check)));
  for (const std::string& doubt : doubts) text += fmt::format("**Doubtful:** {}\n\n", escape_markdown(doubt));
  return text;
}

constexpr std::string_view kTable =
    "| verdict | case | prompt | images that fail | allowed | before |\n|---|---|---|---|---|---|\n";
constexpr std::size_t kRemark = 200;  // room kept for what is said of rows that were left out

}  // namespace

std::string github_command(std::string_view level, std::string_view title, std::string_view message) {
  return fmt::format("::{} title={}::{}", level, escaped(title, "%:,"), escaped(message, "%"));
}

std::vector<std::string> github_annotations(const Check& check, bool allow_undecided,
                                            const std::vector<std::string>& doubts) {
  std::vector<const CheckCase*> errors;
  std::vector<const CheckCase*> warnings;
  for (const CheckCase& one : check.cases) {
    if (one.verdict != Verdict::fixed) (passes(one, allow_undecided) ? warnings : errors).push_back(&one);
  }
  std::vector<std::string> commands;
  if (check.cases.empty()) commands.push_back(github_command("error", "nothing was checked", kNothing));
  annotate(errors, "error", check.name, kShown, commands);
  for (const std::string& doubt : doubts) commands.push_back(github_command("warning", "doubtful", doubt));
  annotate(warnings, "warning", check.name, kShown - std::min(doubts.size(), kShown - 1), commands);
  return commands;
}

std::string github_summary(const Study& study, const Check& check, bool allow_undecided,
                           const std::vector<std::string>& doubts, std::size_t room) {
  std::string text = headline(study, check, doubts);
  if (text.size() + kTable.size() + kRemark > room) return {};
  if (check.cases.empty()) return text;
  std::vector<const CheckCase*> cases;
  for (const CheckCase& one : check.cases) cases.push_back(&one);
  std::stable_partition(cases.begin(), cases.end(),
                        [](const CheckCase* one) { return one->verdict != Verdict::fixed; });
  text += kTable;
  std::size_t left = cases.size();
  for (const CheckCase* one : cases) {
    const std::string next = row(*one, allow_undecided);
    if (text.size() + next.size() + kRemark > room) break;
    text += next;
    --left;
  }
  if (left > 0)
    text +=
        fmt::format("\n{} more cases have no room here: the log names them.\n", grouped(static_cast<long long>(left)));
  return text + "\n";
}

}  // namespace scotoma
