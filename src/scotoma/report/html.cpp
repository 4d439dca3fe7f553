// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "scotoma/finding/count.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/report/about.h"
#include "scotoma/report/cause_card.h"
#include "scotoma/report/certainty.h"
#include "scotoma/report/certificate_parts.h"
#include "scotoma/report/certificate_section.h"
#include "scotoma/report/more_findings.h"
#include "scotoma/report/page.h"
#include "scotoma/report/spurious.h"
#include "scotoma/report/style.h"
#include "scotoma/report/tables.h"
#include "scotoma/report/transfer_section.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/limits.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

std::string study_title(const Study& study) { return study.name.empty() ? study.file.stem().string() : study.name; }

std::string contents_row(const std::string& id, const std::string& image, const std::string& sentence,
                         const std::string& numbers) {
  return fmt::format(
      "<li data-of=\"{0}\"><a href=\"#{0}\">{1}<span><b>{2}</b><br><span class=\"soft\">{3}</span></span></a></li>\n",
      id, image, escape_html(sentence), numbers);
}

template <class Shown>
std::string thumbnail(Page& page, const std::vector<Sample>& samples, std::string_view alt, Shown shown) {
  const auto found = std::find_if(samples.begin(), samples.end(), shown);
  return found == samples.end() ? "" : page.images.show(found->image, alt);
}

std::string contents_row(Page& page, const SystematicFailure& failure) {
  const BaseResult& base = *failure.base;
  const auto exceptions = static_cast<int>(failure.exceptions.size());
  return contents_row(
      anchor(failure),
      thumbnail(page, base.samples, with_article(page.study, base.label), [](const Sample& s) { return s.failure(); }),
      sentence(page.study, failure),
      fmt::format("{} fail{}", percent(base.rate.rate),
                  exceptions == 0 ? "" : "; " + counted(exceptions, "exception")));
}

std::string contents_row(Page& page, const Cause& cause) {
  const Hypothesis& first = *cause.bugs[0];
  const std::string rates = rates_text(page, cause);
  return contents_row(
      anchor(cause),
      thumbnail(page, evidence_of(first), subject(page.study, first),
                [&](const Sample& s) { return shows(s, first.direction); }),
      sentence(page.study, cause),
      fmt::format("{}{}", counted(static_cast<int>(cause.bugs.size()), "label"), rates.empty() ? "" : "; " + rates));
}

/// Said before anything else where the claims below were not tested.
std::string warning(const Study& study) {
  if (study.evidence.rule != EvidenceRule::fixed) return {};
  return "<div class=\"card doubt\">\n<h2>No error rate is held.</h2>\n<p>This study ran by the rule \"fixed\", the "
         "plain scheme: whatever failed more often than the baseline images did, by however little, is listed as a "
         "bug. Most of it may be chance. The rule is there for comparison only; remove <code>evidence.rule</code> to "
         "have claims tested.</p>\n</div>\n";
}

/// Likewise where a model seems to be of no use.
std::string in_doubt(const Findings& findings) {
  std::string items;
  for (const std::string& doubt : doubts(findings)) items += fmt::format("<p>{}</p>\n", escape_html(doubt));
  return items.empty() ? items
                       : "<div class=\"card doubt\">\n<h2>Check this first: all else here may be wrong for it.</h2>\n" +
                             items + "</div>\n";
}

/// A line for each finding, where there are several; the cards follow in the same order.
std::string contents(Page& page) {
  if (page.tally.findings() < 2) return {};
  std::string html = "<ol class=\"contents\">\n";
  for (const Cause& cause : with_cards(page.tally.causes)) html += contents_row(page, cause);
  for (const SystematicFailure& failure : with_cards(page.tally.systematic)) html += contents_row(page, failure);
  const std::size_t lines = with_cards(page.tally.systematic).size() + with_cards(page.tally.causes).size();
  return html + "</ol>\n" + more_elsewhere(page.tally.findings() - lines, "finding", "the sections below");
}

/// What a failure is, where it is not the usual.
std::string what_fails(const Page& page) {
  const std::string rule = failure_sentence(page.study);
  return rule.empty() ? "" : fmt::format("<p>{}</p>\n", escape_html(rule));
}

/// The rate that the whole list was made at; what else is known of it stands further down.
std::string false_claims(const Page& page) {
  const std::string planned = planned_sentence(page.study);
  if (page.placed.empty() || planned.empty()) return {};
  return fmt::format("<p>{} <a href=\"#certainty\">How sure is this?</a></p>\n", escape_html(planned));
}

std::string header(Page& page) {
  const auto fact = [](std::string_view name, std::string_view html) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html);
  };
  return fmt::format(
             "<header>\n<p class=\"kicker\">Scotoma · blind spots of a classifier</p>\n<h1>{}</h1>\n<p "
             "class=\"headline\"><span>{}</span> <span>{}</span></p>\n",
             escape_html(study_title(page.study)), findings_sentence(page.findings),
             hypotheses_sentence(page.findings)) +
         in_doubt(page.findings) + warning(page.study) + "<dl class=\"strip\">\n" +
         fact("Classifier", escape_html(classifier_line(page.study, page.findings))) +
         fact("Labels", grouped(static_cast<long long>(page.findings.bases.size()))) +
         fact("Images generated", grouped(page.findings.spent.total())) +
         fact("Seed", std::to_string(page.study.seed)) + "</dl>\n" + what_fails(page) + contents(page) +
         false_claims(page) + certificate_notice(page) + "</header>\n";
}

std::string navigation(const Page& page, bool transfer, bool certainty) {
  const Findings& findings = page.findings;
  std::string links;
  if (!page.tally.causes.empty()) links += "<a href=\"#causes\">Causes</a>";
  if (!page.tally.systematic.empty()) links += "<a href=\"#systematic\">Systematic failures</a>";
  if (findings.certificate) links += "<a href=\"#certificate\">Certificate</a>";
  if (certainty) links += "<a href=\"#certainty\">False claims</a>";
  if (!findings.cross.empty()) links += "<a href=\"#spurious\">Other labels</a>";
  if (transfer) links += "<a href=\"#transfer\">Other classifiers</a>";
  links += "<a href=\"#hypotheses\">Hypotheses</a>";
  if (!findings.clusters.empty()) links += "<a href=\"#groups\">Groups</a>";
  if (!findings.bases.empty()) links += "<a href=\"#base-rates\">Baseline rates</a>";
  return "<nav aria-label=\"Contents\">" + links +
         "<a href=\"#limits\">Limits</a><a href=\"#method\">Method</a></nav>\n";
}

std::string nothing_confirmed(const Page& page) {
  return fmt::format(
      "<div class=\"card calm\">\n<p>{} {}</p>\n<p>{} A larger budget, or a phrase of your own, looks "
      "further:</p>\n<p><code class=\"command\">{}</code></p>\n<p class=\"soft\">Run it in the study's "
      "folder; OUT is the folder of this report.</p>\n</div>\n",
      kNoProof, escape_html(tested_in_vain(page.study, page.findings)), kWhatIsMissed,
      escape_html(probe_command(page.study, "LABEL", {.text = "in a place of your own"})));
}

/// What follows, counted as in the headline.
std::string causes_heading(const Tally& tally) {
  if (tally.findings() == 0) return "No bug was confirmed";
  if (tally.causes.empty()) return "No other bug was confirmed";
  return fmt::format("{} ({})", counted(static_cast<int>(tally.causes.size()), "cause"),
                     counted(static_cast<int>(tally.bugs.size()), "bug"));
}

std::string failures_heading(const Tally& tally) {
  const std::string exceptions = counted(static_cast<int>(tally.exceptions.size()), "exception");
  return counted(static_cast<int>(tally.systematic.size()), "systematic failure") +
         (tally.exceptions.empty() ? "" : fmt::format(" ({})", exceptions));
}

constexpr std::string_view kMoreBugs = "this <a href=\"#more-bugs\">list</a>";
constexpr std::string_view kMoreSystematic = "this <a href=\"#more-systematic\">list</a>";

/// All that the filter picks from.
std::vector<const Hypothesis*> claims_on(const Page& page) {
  std::vector<const Hypothesis*> claims(page.placed.begin(), page.placed.end());
  claims.insert(claims.end(), page.listed.begin(), page.listed.end());
  return claims;
}

/// Causes, then systematic failures, as the headline counts them: tops first, see cause_card.h.
std::string findings_sections(Page& page) {
  const auto failures = with_cards(page.tally.systematic);
  const auto causes = with_cards(page.tally.causes);
  std::vector<std::string> tops;
  for (std::size_t i = 0; i < causes.size(); ++i) tops.push_back(cause_top(page, causes[i], i + 1));
  for (std::size_t i = 0; i < failures.size(); ++i) tops.push_back(failure_top(page, failures[i], i + 1));
  std::string html = claims_filter(page.study, page.findings, claims_on(page));
  std::size_t next = 0;
  std::string of_causes = fmt::format("<section id=\"causes\">\n<h2>{}</h2>\n", causes_heading(page.tally));
  for (const Cause& cause : causes) of_causes += tops[next++] + cause_rest(page, cause);
  if (causes.empty()) of_causes += nothing_confirmed(page);
  of_causes +=
      more_elsewhere(page.tally.causes.size() - causes.size(), "cause", kMoreBugs) + more_bugs(page) + "</section>\n";
  if (failures.empty()) return html + of_causes;
  std::string of_failures = fmt::format("<section id=\"systematic\">\n<h2>{}</h2>\n", failures_heading(page.tally));
  for (const SystematicFailure& failure : failures) of_failures += tops[next++] + failure_rest(page, failure);
  of_failures += more_elsewhere(page.tally.systematic.size() - failures.size(), "systematic failure", kMoreSystematic) +
                 more_systematic(page) + "</section>\n";
  // Where no cause was found, what was found comes before what was not.
  return html + (causes.empty() ? of_failures + of_causes : of_causes + of_failures);
}

}  // namespace

Result<std::string> report_html(const Study& study, const Findings& findings, const ImageSource& images,
                                const Transfer* transfer) {
  Page page = page_of(study, findings, images);
  const std::string certainty = certainty_section(page);
  std::string body = header(page) + navigation(page, transfer != nullptr, !certainty.empty()) + "<main>\n";
  body += findings_sections(page);
  body += certainty;
  body += certificate_section(page);
  body += spurious_section(page);
  if (transfer != nullptr) body += transfer_section(page, *transfer);
  body += hypotheses_section(page);
  body += clusters_section(page);
  body += base_rates_section(page);
  body += limits_section(page);
  body += method_section(page);
  body += "</main>\n<footer class=\"soft\">Written by Scotoma. The same findings for programs: bugs.json.</footer>\n";
  SCOTOMA_ASSIGN_OR_RETURN(const std::string definitions, page.images.definitions());
  const bool filtered = body.find("id=\"claims-filter\"") != std::string::npos;
  if (filtered) body += fmt::format("<script>{}</script>\n", kClaimsScript);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'{}\">\n"
      "<title>{} · Scotoma</title>\n<style>\n{}{}</style>\n</head>\n<body>\n{}{}</body>\n</html>\n",
      filtered ? "; script-src " + script_source(kClaimsScript) : "", escape_html(study_title(study)), kReportStyle,
      findings.certificate ? kVerdictStyle : "", definitions, body);
}

}  // namespace scotoma
