// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/more_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/study/prompt.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// "93 % fail (86 to 97 %)".
std::string rate_text(const Rate& rate, std::string_view verb) {
  if (rate.valid == 0) return "not known";
  return fmt::format("<b>{}</b> {} <span class=\"soft\">({})</span>", percent(rate.rate), verb, interval_text(rate));
}

std::string row(const std::string& head, const std::string& what, const std::string& id, const std::string& rate,
                const std::string& baseline) {
  return fmt::format("<tr {}><th scope=\"row\">{}<br><code class=\"soft small\">{}</code></th>{}{}</tr>\n", head,
                     escape_html(what), escape_html(id), table_cell("Rate", rate, "number"),
                     table_cell("Baseline", baseline, "number"));
}

std::string row(const Page& page, const Hypothesis& h) {
  const Rate base = base_rate(page.findings, h);
  return row(fmt::format("id=\"{}\"{}", anchor(h), claim_attributes(page.study, h)), sentence(page.study, h), h.id,
             rate_text(h.measured(), fails(h) ? "fail" : "pass") + (h.audited() ? "" : ", not audited"),
             base.valid > 0 ? percent(base.rate) : "–");
}

std::string row(const Page& page, const SystematicFailure& failure) {
  const std::string words = sentence(page.study, failure);
  return row(fmt::format("id=\"{}\"{}", anchor(failure), failure_attributes(*failure.base, words)), words, failure.id,
             "–", rate_text(failure.base->rate, "fail"));
}

std::string fold(std::string_view id, const std::string& summary, const std::string& rows) {
  return fmt::format(
      "<details class=\"more-findings\" id=\"{}\"><summary>{}</summary>\n<p class=\"soft\">There is no more about them "
      "here. <code>{}</code> says it all of one, and which files show it: ID stands below each, OUT is the folder of "
      "this report.</p>\n<div class=\"scroll\" role=\"region\" aria-label=\"More findings\" tabindex=\"0\"><table>\n"
      "<thead><tr><th scope=\"col\">Finding</th><th scope=\"col\" class=\"number\">Rate</th><th scope=\"col\" "
      "class=\"number\">Baseline</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n</details>\n",
      id, summary, kShowCommand, rows);
}

/// Rows of those hypotheses among `all` that have one, and how many have neither that nor a line on a card.
std::pair<std::string, std::size_t> rows_of(const Page& page, const std::vector<const Hypothesis*>& all) {
  std::string rows;
  std::size_t missing = 0;
  for (const Hypothesis* h : all) {
    if (page.listed.contains(h)) rows += row(page, *h);
    missing += on_page(page, *h) ? 0 : 1;
  }
  return {rows, missing};
}

}  // namespace

std::string more_bugs(const Page& page) {
  std::string rows;
  std::size_t left = 0;
  for (const Cause& cause : page.tally.causes) {
    const auto [more, missing] = rows_of(page, cause.bugs);
    rows += more;
    left += missing;
  }
  if (rows.empty()) return {};
  const auto rest =
      std::count_if(page.listed.begin(), page.listed.end(), [](const Hypothesis* h) { return fails(*h); });
  return fold("more-bugs", capitalised(counted(static_cast<int>(rest), "more bug")), rows) +
         more_elsewhere(left, "bug");
}

std::string more_systematic(const Page& page) {
  const auto& all = page.tally.systematic;
  std::string rows;
  int failures = 0;
  int exceptions = 0;
  std::size_t left = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool has_row = i >= PageLimits::kLabelCards && i < PageLimits::kRows;
    if (has_row) rows += row(page, all[i]);
    failures += has_row ? 1 : 0;
    const auto [more, missing] = rows_of(page, all[i].exceptions);
    rows += more;
    left += missing;
    exceptions += static_cast<int>(std::count_if(all[i].exceptions.begin(), all[i].exceptions.end(),
                                                 [&](const Hypothesis* h) { return page.listed.contains(h); }));
  }
  if (rows.empty()) return {};
  std::vector<std::string> kinds;
  if (failures > 0) kinds.push_back(counted(failures, "more systematic failure"));
  if (exceptions > 0) kinds.push_back(counted(exceptions, "more exception"));
  return fold("more-systematic", listed(kinds), rows) +
         more_elsewhere(all.size() - std::min(all.size(), PageLimits::kRows), "systematic failure") +
         more_elsewhere(left, "exception");
}

}  // namespace scotoma
