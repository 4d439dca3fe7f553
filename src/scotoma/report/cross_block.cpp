// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/cross_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scotoma/study/prompt.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/spread.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kImages = 8;  // one line on a wide screen
constexpr std::string_view kCounts = "<a href=\"#spurious\">Every label, with counts</a>";

/// One image of each of the first cells.
std::string tiles(Page& page, const std::vector<const CrossCell*>& cells) {
  std::string html;
  std::size_t wanted = 0;
  std::size_t left = 0;
  for (const CrossCell* cell : cells) {
    if (wanted == kImages) break;
    if (cell->samples.empty()) continue;
    ++wanted;
    const std::string image = tile(page, cell->samples.front(), cell->label);
    left += image.empty() ? 1 : 0;
    if (!image.empty()) html += image + "\n";
  }
  if (!html.empty()) html = "<div class=\"gallery\">\n" + html + "</div>\n";
  return html + no_room(left, "image", "; bugs.json names files, under spurious_correlations");
}

/// Cells of labels that are not the cause's own and are misclassified like them, as reached_labels() has them.
std::vector<const CrossCell*> beyond(const Findings& findings, const Cause& cause) {
  std::vector<const CrossCell*> cells;
  for (const std::string& label : reached_labels(findings, cause)) {
    for (const CrossRow* row : cause.cross) {
      const auto& reached = spread_of(findings, *row).reached;
      const auto found =
          std::find_if(reached.begin(), reached.end(), [&](const CrossCell* cell) { return cell->label == label; });
      if (found == reached.end()) continue;
      cells.push_back(*found);
      break;
    }
  }
  return cells;
}

/// "15 of 15 labels in all." of a correlation that is one row.
std::string in_all(const Findings& findings, const Cause& cause) {
  if (cause.cross.size() != 1) return {};
  const Spread spread = spread_of(findings, *cause.cross[0]);
  if (!spread.further) return {};
  return fmt::format(" It is {} of {} in all.", spread.misclassified.size(), counted(spread.tested, "label"));
}

bool holds(const std::vector<std::string>& bugs, const Hypothesis* h) {
  return std::find(bugs.begin(), bugs.end(), h->id) != bugs.end();
}

/// The cause with a card that has the row, and its number; 0 if there is none.
std::pair<std::size_t, const Cause*> cause_of(const Page& page, const CrossRow& row) {
  const auto cards = with_cards(page.tally.causes);
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const auto& rows = cards[i].cross;
    if (std::find(rows.begin(), rows.end(), &row) != rows.end()) return {i + 1, &cards[i]};
  }
  return {0, nullptr};
}

std::vector<const CrossRow*> rows_of(const Page& page, const SystematicFailure& failure) {
  std::vector<const CrossRow*> rows;
  for (const CrossRow& row : page.findings.cross) {
    const bool of_it = std::any_of(failure.exceptions.begin(), failure.exceptions.end(),
                                   [&](const Hypothesis* h) { return holds(row.bugs, h); });
    if (of_it) rows.push_back(&row);
  }
  return rows;
}

}  // namespace

std::string cross_block(Page& page, const Cause& cause) {
  if (cause.cross.empty()) return {};
  std::string text = reach_sentence(page.findings, cause);
  if (text.empty()) text = sentence(page.study, page.findings, *cause.cross[0]);
  return fmt::format("<h4>On other labels</h4>\n<p>{}{} {}.</p>\n{}", escape_html(text), in_all(page.findings, cause),
                     kCounts, tiles(page, beyond(page.findings, cause)));
}

std::string cross_block(Page& page, const SystematicFailure& failure) {
  std::string html;
  for (const CrossRow* row : rows_of(page, failure)) {
    const auto [number, cause] = cause_of(page, *row);
    if (cause != nullptr) {
      html += fmt::format("<p>{}, other labels are misclassified as {}: <a href=\"#{}\">cause {}</a>.</p>\n",
                          escape_html(capitalised(circumstance(row->phrase))),
                          escape_html(with_article(page.study, row->answer)), anchor(*cause), number);
      continue;
    }
    const Spread spread = spread_of(page.findings, *row);
    html += fmt::format("<p>{} {}.</p>\n{}", escape_html(sentence(page.study, page.findings, *row)), kCounts,
                        spread.further ? tiles(page, spread.reached) : "");
  }
  if (html.empty()) return {};
  return fmt::format("<h4>What else passes for {}?</h4>\n",
                     escape_html(with_article(page.study, failure.base->label))) +
         html;
}

std::string cross_elsewhere(Page& page, const std::vector<const CrossRow*>& rows) {
  std::set<const CrossRow*> on_cards;
  for (const Cause& cause : with_cards(page.tally.causes)) on_cards.insert(cause.cross.begin(), cause.cross.end());
  for (const SystematicFailure& failure : with_cards(page.tally.systematic)) {
    const auto own = rows_of(page, failure);
    on_cards.insert(own.begin(), own.end());
  }
  std::string html;
  for (const CrossRow* row : rows) {
    if (!on_cards.contains(row))
      html += fmt::format("<li>{}</li>\n", escape_html(sentence(page.study, page.findings, *row)));
  }
  return html.empty() ? html : "<ul class=\"prose\">\n" + html + "</ul>\n";
}

}  // namespace scotoma
