// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/transfer_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/count.h"
#include "scotoma/report/svg.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// A file's stem may be long: it may break behind its punctuation.
std::string breakable(const std::string& name) {
  std::string html;
  for (const char c : escape_html(name)) {  // whose entities hold none of these
    html += c;
    if (c == '_' || c == '-' || c == '.' || c == '/') html += "<wbr>";
  }
  return html;
}

std::string accuracy_cell(std::string_view column, const Rate& failures) {
  if (failures.valid == 0) return table_cell(column, "–", "number");
  const Rate right = complement(failures);
  return table_cell(column,
                    fmt::format("<b>{}</b> <span class=\"soft\">{}</span>", percent(right.rate), interval_text(right)),
                    "number");
}

std::string dataset_row(const Transfer& transfer, std::size_t c) {
  const TransferColumn& column = transfer.columns[c];
  const std::string bar =
      column.failing.valid == 0 ? "" : rate_bar(complement(column.failing), column.aimed ? "fail" : "pass");
  return fmt::format(
      "<tr><th scope=\"row\">{}{}</th><td class=\"chart\">{}</td>{}{}{}{}</tr>\n", escape_html(column.name),
      column.aimed ? " <span class=\"badge\">aimed at</span>" : "", bar, accuracy_cell("Failing set", column.failing),
      accuracy_cell("All images", column.claimed), accuracy_cell("Matched controls", column.controls),
      table_cell("Transfer", column.aimed ? "–" : counted_kinds(transferring(transfer, c), counts_of(transfer)),
                 "number"));
}

std::string dataset_table(const Transfer& transfer) {
  std::string html =
      "<h3>The set of images as a whole</h3>\n<p>Accuracy on the images of all audits, with 95\u00A0% intervals. "
      "Failing set: those on which the classifier under test is wrong, so its own accuracy there is 0 by "
      "construction. All images: also those that it gets right. Matched controls: the same seeds where no failure is "
      "claimed, of a bug the base prompt, of an exception the phrase. Systematic failures are no part of the "
      "accuracies.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Accuracy by classifier\" tabindex=\"0\"><table "
      "class=\"base-rates\">\n<thead><tr><th scope=\"col\">Classifier</th><th scope=\"col\">Failing set, 0 to "
      "100\u00A0%</th><th scope=\"col\" class=\"number\">Failing set</th><th scope=\"col\" class=\"number\">All "
      "images</th><th scope=\"col\" class=\"number\">Matched controls</th><th scope=\"col\" class=\"number\">Transfer"
      "</th></tr></thead>\n<tbody>\n";
  for (std::size_t c = 0; c < transfer.columns.size(); ++c) html += dataset_row(transfer, c);
  return html + "</tbody></table></div>\n";
}

std::string heat_cell(const TransferColumn& column, const TransferCell& cell) {
  const Rate& rate = cell.claimed;
  const std::string name = escape_html(column.name) + (column.aimed ? " (aimed at)" : "");
  if (rate.valid == 0) return fmt::format("<td data-label=\"{}\" style=\"--heat:0%\">–</td>", name);
  const std::string hint = fmt::format(
      "{} fail ({}); matched controls: {}; {} allowed{}", fraction(rate), interval_text(rate), fraction(cell.controls),
      percent(cell.allowed),
      cell.predicted.empty() ? ""
                             : fmt::format("; misclassified as {} {} times", cell.predicted, cell.predicted_count));
  return fmt::format(
      "<td data-label=\"{}\" style=\"--heat:{:.0f}%\" title=\"{}\"><b>{}</b> <span class=\"base\">control "
      "{}</span>{}</td>",
      name, 100 * rate.rate, escape_html(hint), percent(rate.rate),
      cell.controls.valid == 0 ? "–" : percent(cell.controls.rate),
      cell.transfers ? "<span class=\"transfers\">transfers</span>" : "");
}

/// The bug's words; the page may not show it in full.
std::string row_head(const Page& page, const TransferRow& row) {
  const auto& all = page.findings.hypotheses;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Hypothesis& h) { return h.id == row.id; });
  if (found == all.end()) return escape_html(row.prompt);
  const std::string what =
      found->direction == Direction::fails
          ? subject(page.study, *found)
          : fmt::format("{}, but not “{}”", with_article(page.study, found->label), found->phrase.text);
  const std::string text = escape_html(what);
  return on_page(page, *found) ? fmt::format("<a href=\"#{}\">{}</a>", anchor(*found), text) : text;
}

std::string heat_map(const Page& page, const Transfer& transfer) {
  std::string html = fmt::format(
      "<h3>One by one</h3>\n<p>How often the images that a bug or an exception is about fail, and their matched "
      "controls. <b>Transfers</b>: they surely fail more often than this classifier's own matched controls allow, or, "
      "of the baseline images of a label that fails systematically, which have no matched controls, more often than "
      "the study allows any label; with all cells taken together (Holm, 5\u00A0%).</p>\n<div class=\"scroll\" "
      "role=\"region\" aria-label=\"Failure rates by finding and classifier\" "
      "tabindex=\"0\"><table class=\"transfer-map\" style=\"--columns:{}\">\n<thead><tr><th scope=\"col\">What "
      "fails</th>",
      transfer.columns.size());
  for (const TransferColumn& column : transfer.columns) {
    html += fmt::format("<th scope=\"col\"{}>{}{}</th>", column.aimed ? " class=\"aimed\"" : "", breakable(column.name),
                        column.aimed ? "<br>aimed at" : "");
  }
  html += "</tr></thead>\n<tbody>\n";
  const std::size_t rows = std::min(transfer.rows.size(), PageLimits::kRows);
  const auto add = [&](const TransferRow& row, const std::string& head) {
    html += fmt::format("<tr><th scope=\"row\">{}</th>", head);
    for (std::size_t c = 0; c < transfer.columns.size(); ++c) html += heat_cell(transfer.columns[c], row.cells[c]);
    html += "</tr>\n";
  };
  for (std::size_t r = 0; r < rows; ++r) add(transfer.rows[r], row_head(page, transfer.rows[r]));
  for (const TransferRow& row : transfer.systematic)
    add(row, escape_html(with_article(page.study, row.label)) + ", baseline images");
  return html + "</tbody></table></div>\n" + more_elsewhere(transfer.rows.size() - rows, "row", "transfer.json");
}

}  // namespace

std::string transfer_section(const Page& page, const Transfer& transfer) {
  std::string html = "<section id=\"transfer\">\n<h2>Other classifiers on the same images</h2>\n";
  if (transfer.rows.empty() && transfer.systematic.empty())
    return html + "<p>No bug was audited, so there is no image to try others on.</p>\n</section>\n";
  html += dataset_table(transfer) + heat_map(page, transfer);
  const KindCounts left = counts_of(transfer.not_audited, page.findings);
  if (left.total() > 0)
    html += fmt::format("<p class=\"soft\">{} {} no audit, and so no images to try others on.</p>\n",
                        counted_kinds(left), left.total() == 1 ? "has" : "have");
  return html + "</section>\n";
}

}  // namespace scotoma
