// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certainty.h"

#include <fmt/format.h>

#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// What was compared, the number, what it means.
std::string rate(std::string_view name, std::string_view compared, std::string_view number, std::string_view meaning) {
  return fmt::format("<div><dt>{}</dt><dd>{} <strong>{}</strong> {}</dd></div>\n", name, compared, escape_html(number),
                     meaning);
}

/// Phrases that a claim could have come of.
int tested(const Page& page) {
  const TrialCounts trials = trials_of(page.study, page.findings);
  const int of_waves = trials.search + trials.cross_check;
  return of_waves > 0 ? of_waves : trials.unwaved;
}

std::string planned(const Page& page) {
  return rate(
      "What such a study confirms",
      fmt::format("The evidence for each phrase was compared with a bar that allows for {}, all that were put to the "
                  "test.",
                  counted(tested(page), "phrase")),
      planned_sentence(page.study),
      "That holds for the list as a whole, also where the evidence is as weak as the bar lets pass.");
}

std::string as_it_came_out(const Page& page) {
  const bool one = page.tally.bugs.size() + page.tally.exceptions.size() == 1;
  return rate(one ? "The claim of this report" : "The claims of this report, or some of them",
              "The same evidence was read once more, as strong as it came out.",
              evidence_sentence(page.study, page.findings),
              one ? "It is below the number above where the evidence is stronger than it had to be."
                  : "It is below the number above where the evidence is stronger than it had to be. Pick some of the "
                    "claims, for whatever reason, and they have a number of their own: the filter at the top of this "
                    "page and <code>scotoma list</code> say it.");
}

std::string systematic(const Page& page) {
  return rate("Systematic failures",
              fmt::format("The failure rate of each label's baseline images was compared with {}, for all {} at once.",
                          percent(page.study.evidence.failing_label_threshold),
                          counted(static_cast<int>(page.findings.bases.size()), "label")),
              systematic_sentence(page.study.evidence.alpha0),
              "They need no phrase, so they are not among the claims above.");
}

}  // namespace

std::string certainty_section(const Page& page) {
  if (page.study.evidence.rule != EvidenceRule::sequential) return {};
  std::string html;
  if (!evidence_sentence(page.study, page.findings).empty()) html += planned(page) + as_it_came_out(page);
  if (!page.tally.systematic.empty()) html += systematic(page);
  if (html.empty()) return {};
  return "<section id=\"certainty\">\n<h2>How many of these may be false?</h2>\n<dl class=\"certainty\">\n" + html +
         "</dl>\n</section>\n";
}

}  // namespace scotoma
