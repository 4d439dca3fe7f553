// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "scotoma/finding/count.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/report/page.h"
#include "scotoma/wording/beside_search.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/limits.h"
#include "scotoma/wording/markdown.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kFindings = 20;  // of each kind that have a part of their own
constexpr std::size_t kRows = 20;      // bugs of one finding
constexpr std::size_t kNames = 20;     // labels or phrases in a sentence

std::string paragraph(std::string_view plain) { return escape_markdown(plain) + "\n\n"; }

/// "Tested: ..." as a list of facts.
std::string what_was_tested(const Study& study, const Findings& findings, const std::string& version) {
  std::string text = fmt::format(
      "Scotoma {} looked for failures of this classifier, without a test set: a text-to-image model generated images "
      "of "
      "each label, and phrases under which a label fails were tested on images that nothing had used before.\n\n",
      escape_markdown(version));
  text += fmt::format("- Study: {}, seed {}\n", escape_markdown(study.name), study.seed);
  text += fmt::format("- Classifier: {}\n", escape_markdown(classifier_line(study, findings)));
  text += fmt::format("- Labels: {}\n", grouped(static_cast<long long>(study.labels.size())));
  text += fmt::format("- Images generated: {}, of a budget of {}\n", grouped(findings.spent.total()),
                      grouped(study.budget.images));
  if (const std::string rule = failure_sentence(study); !rule.empty()) text += "- " + escape_markdown(rule) + "\n";
  return text + "\n";
}

/// What comes before everything else: figures that may mean nothing.
std::string warnings(const Study& study, const Findings& findings) {
  std::string text;
  for (const std::string& doubt : doubts(findings))
    text += fmt::format("> **Doubtful.** {} All figures below may be wrong for it.\n\n", escape_markdown(doubt));
  if (const std::string_view none = no_rate_sentence(study); !none.empty())
    text += fmt::format("> **{}** {}\n\n", none, escape_markdown(rule_sentence(study)));
  return text;
}

std::string rate_cell(const Rate& rate) {
  if (rate.valid == 0) return "–";
  return fmt::format("{}: {} ({})", fraction(rate), percent(rate.rate), interval_text(rate));
}

/// Of failures, whatever the hypothesis says.
Rate failures_of(const Rate& rate, Direction direction) {
  return direction == Direction::passes ? complement(rate) : rate;
}

/// The same seeds without the phrase, where it was audited; else the label's baseline images.
std::string without_cell(const Findings& findings, const Hypothesis& h) {
  if (h.audited()) return rate_cell(failures_of(h.audit_base, h.direction));
  const BaseResult* base = base_of(findings.bases, h.label);
  return base == nullptr ? "–" : rate_cell(base->rate);
}

std::string bug_table(const Findings& findings, const std::vector<const Hypothesis*>& bugs) {
  std::string table =
      "| label | prompt | images that fail | without the phrase | misclassified as |\n|---|---|---|---|---|\n";
  const std::size_t shown = std::min(bugs.size(), kRows);
  bool unaudited = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const Hypothesis& h = *bugs[i];
    unaudited |= !h.audited();
    table += fmt::format("| {} | {} | {}{} | {} | {} |\n", escape_markdown(h.label), code_in_cell(h.prompt),
                         rate_cell(failures_of(h.measured(), h.direction)), h.audited() ? "" : " \\*",
                         without_cell(findings, h), escape_markdown(h.misclassified_as()));
  }
  if (bugs.size() > shown) {
    const auto left = static_cast<int>(bugs.size() - shown);
    table += fmt::format("\n{} {} in bugs.json.\n", capitalised(counted(left, "more bug")), left == 1 ? "is" : "are");
  }
  if (unaudited) table += "\n\\* Seen while it was confirmed, not measured anew: it may be too high.\n";
  return table + "\n";
}

std::string heading(std::string sentence) {
  if (sentence.ends_with('.')) sentence.pop_back();
  return "### " + escape_markdown(sentence) + "\n\n";
}

std::string cause_part(const Study& study, const Findings& findings, const Cause& cause) {
  std::string text = heading(sentence(study, cause)) + bug_table(findings, cause.bugs);
  if (const std::string reach = reach_sentence(findings, cause); !reach.empty()) text += paragraph(reach);
  for (const Hypothesis* bug : cause.bugs) {
    if (bug->reviewed) text += paragraph(capitalised(bug->label) + ": " + reviewed_text(study, *bug) + ".");
  }
  return text;
}

std::string systematic_part(const Study& study, const Findings& findings, const SystematicFailure& failure) {
  const BaseResult& base = *failure.base;
  std::string text = heading(fmt::format("{} fails systematically", capitalised(base.label)));
  text += paragraph(sentence(study, failure));
  text += fmt::format(
      "| label | prompt | images that fail | misclassified as |\n|---|---|---|---|\n| {} | {} | {} | {} |\n\n",
      escape_markdown(base.label), base.prompts.empty() ? "" : code_in_cell(base.prompts.front()), rate_cell(base.rate),
      escape_markdown(base.predicted));
  if (failure.exceptions.empty()) return text;
  return text + "It is recognised where:\n\n" + bug_table(findings, failure.exceptions);
}

template <class Finding, class Part>
std::string parts_of(const std::vector<Finding>& all, std::string_view noun, const Part& part) {
  std::string text;
  const std::size_t shown = std::min(all.size(), kFindings);
  for (std::size_t i = 0; i < shown; ++i) text += part(all[i]);
  if (all.size() == shown) return text;
  const auto left = static_cast<int>(all.size() - shown);
  return text + fmt::format("{} {} in bugs.json.\n\n", capitalised(counted(left, fmt::format("more {}", noun))),
                            left == 1 ? "is" : "are");
}

/// The findings, or in their place that there are none and what that does not mean.
std::string what_was_found(const Study& study, const Findings& findings) {
  const Tally tally = tally_of(findings);
  std::string text = fmt::format("**{}**", escape_markdown(findings_sentence(findings)));
  if (const std::string more = hypotheses_sentence(findings); !more.empty()) text += " " + escape_markdown(more);
  text += "\n\n";
  if (tally.findings() == 0)
    return text + paragraph(fmt::format("{} {} {}", kNoProof, tested_in_vain(study, findings), kWhatIsMissed));
  for (const std::string& rate : error_rates(study, findings)) text += paragraph(rate);
  if (no_rate_sentence(study).empty()) text += paragraph(rule_sentence(study));
  text += "Rates are of generated images that the judge accepted, with 95 % intervals.\n\n";
  text += parts_of(tally.causes, "cause", [&](const Cause& each) { return cause_part(study, findings, each); });
  return text + parts_of(tally.systematic, "systematic failure",
                         [&](const SystematicFailure& each) { return systematic_part(study, findings, each); });
}

/// Of a study with a certificate: what it says, and where that and the search do not fit together.
std::string what_is_certified(const Study& study, const Findings& findings) {
  if (!findings.certificate) return {};
  const Certificate& certificate = *findings.certificate;
  std::string text = "### What is certified\n\n" + paragraph(headline(certificate));
  const BesideSearch beside = beside_search(study, findings);
  for (const std::string& warning : beside.warnings) text += paragraph(warning);
  std::size_t labels = 0;
  for (const LabelCertificate& label : certificate.labels) {
    if (label.certified && ++labels <= kNames) text += "- " + escape_markdown(sentence(certificate, label)) + "\n";
  }
  if (labels > kNames) text += fmt::format("- {} more labels are certified\n", labels - kNames);
  if (labels > 0) text += "\n";
  for (const std::string& level : level_sentences(certificate)) text += paragraph(level);
  return text;
}

/// "cat, dog and 3 more".
std::string named(const std::vector<std::string>& names) {
  std::vector<std::string> shown(names.begin(),
                                 names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNames)));
  if (names.size() > kNames) shown.push_back(grouped(static_cast<long long>(names.size() - kNames)) + " more");
  return listed(shown);
}

/// Labels of which nothing is claimed, although they can be generated.
std::string labels_without_finding(const Findings& findings) {
  std::set<std::string> with;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status == Status::confirmed) with.insert(h.label);
  }
  std::vector<std::string> without;
  for (const BaseResult& base : findings.bases) {
    if (!base.not_generatable && !base.failing_label && !with.contains(base.label)) without.push_back(base.label);
  }
  if (without.empty()) return {};
  return fmt::format("No failure was confirmed of {}. {}", named(without), kNoProof);
}

/// How many hypotheses ended in each way other than confirmed.
std::string ends_of_hypotheses(const Findings& findings) {
  std::vector<std::string> ends;
  for (const auto& [status, name] : names_of(Status{})) {
    const auto count = std::count_if(findings.hypotheses.begin(), findings.hypotheses.end(),
                                     [status = status](const Hypothesis& h) { return h.status == status; });
    if (status != Status::confirmed && count > 0)
      ends.push_back(fmt::format("{}: {}", status_words(status), grouped(count)));
  }
  return ends.empty() ? "" : fmt::format("Hypotheses that were not confirmed: {}.", listed(ends));
}

std::string what_was_not_found(const Study& study, const Findings& findings) {
  std::string text = "### What this does not say\n\n";
  for (const std::string& sentence : {labels_without_finding(findings), ends_of_hypotheses(findings)}) {
    if (!sentence.empty()) text += "- " + escape_markdown(sentence) + "\n";
  }
  for (const LimitSentence& limit : limit_sentences(study, findings, kNames))
    text += "- " + escape_markdown(limit.text()) + "\n";
  return text + "\n";
}

/// Commands, in an indented block: nothing in them is markup.
std::string how_to_reproduce(const Study& study, const Findings& findings) {
  const std::string file = quote_for_shell(study.file.filename().string());
  std::string text = "### How to reproduce it\n\nIn the folder of the study; OUT is a folder for the results:\n\n";
  text += fmt::format("    scotoma find {} --out OUT --seed {} --budget {}\n", printable(file), study.seed,
                      study.budget.images);
  const Tally tally = tally_of(findings);
  const std::vector<const Hypothesis*>& claims = tally.bugs.empty() ? tally.exceptions : tally.bugs;
  if (!claims.empty())
    text += "    " + printable(probe_command(study, claims.front()->label, claims.front()->phrase)) + "\n";
  return text + "\nThe same models give the same findings:\n\n" + model_table(findings);
}

}  // namespace

std::string model_card(const Study& study, const Findings& findings, const std::string& version) {
  return "## Known failure modes\n\n" + what_was_tested(study, findings, version) + warnings(study, findings) +
         what_was_found(study, findings) + what_is_certified(study, findings) + what_was_not_found(study, findings) +
         how_to_reproduce(study, findings);
}

}  // namespace scotoma
