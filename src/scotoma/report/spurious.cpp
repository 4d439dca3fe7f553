// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/spurious.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "scotoma/report/cross_block.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/spread.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kMatrixRows = 40;
constexpr std::size_t kMatrixColumns = 40;

const CrossCell* cell_of(const CrossRow& row, const std::string& label) {
  const auto found =
      std::find_if(row.cells.begin(), row.cells.end(), [&](const CrossCell& cell) { return cell.label == label; });
  return found == row.cells.end() ? nullptr : &*found;
}

/// Two significant digits and no exponent: "0.00031".
std::string p_text(double p) {
  if (p < 1e-9) return "< 0.000000001";
  const int decimals = p >= 1 ? 0 : 1 - static_cast<int>(std::floor(std::log10(p)));
  return fmt::format("{:.{}f}", p, decimals);
}

std::string row_name(const CrossRow& row) { return fmt::format("{} → {}", row.phrase.text, row.answer); }

/// The labels that have a cell in any row, in the study's order; of too many, those affected most.
std::vector<std::string> columns(const Page& page, const std::vector<const CrossRow*>& rows) {
  std::map<std::string, std::pair<int, double>> weights;  // rows in which it spreads, highest rate
  for (const CrossRow* row : rows) {
    for (const CrossCell& cell : row->cells) {
      auto& [spreads, rate] = weights[cell.label];
      spreads += cell.spreads ? 1 : 0;
      rate = std::max(rate, cell.with.rate);
    }
  }
  std::vector<std::string> order;
  for (const BaseResult& base : page.findings.bases) {
    if (weights.contains(base.label)) order.push_back(base.label);
  }
  for (const auto& [label, weight] : weights) {
    if (std::find(order.begin(), order.end(), label) == order.end()) order.push_back(label);
  }
  if (order.size() <= kMatrixColumns) return order;
  std::vector<std::string> heaviest = order;
  std::stable_sort(heaviest.begin(), heaviest.end(),
                   [&](const auto& a, const auto& b) { return weights.at(a) > weights.at(b); });
  const std::set<std::string> kept(heaviest.begin(), heaviest.begin() + kMatrixColumns);
  std::erase_if(order, [&](const std::string& label) { return !kept.contains(label); });
  return order;
}

/// "cat, on a flower: 15 of 16 are misclassified as a bee, without the phrase 0 of 16; p = 0.000031, corrected 0.0018".
std::string title(const Study& study, const CrossRow& row, const CrossCell& cell) {
  return fmt::format("{}, {}: {} are misclassified as {}, without the phrase {}; {}", cell.label,
                     circumstance(row.phrase), fraction(cell.with), with_article(study, row.answer),
                     fraction(cell.without),
                     cell.tested ? fmt::format("p = {}, corrected {}", p_text(cell.p), p_text(cell.adjusted))
                                 : "too few pairs to test");
}

std::string matrix_cell(const Study& study, const CrossRow& row, const Spread& spread, const std::string& label) {
  const CrossCell* cell = cell_of(row, label);
  if (cell == nullptr || cell->with.valid == 0) return "<td class=\"none\"></td>";
  const bool known = std::find(spread.known.begin(), spread.known.end(), label) != spread.known.end();
  return fmt::format("<td class=\"heat{}{}\" style=\"--heat:{:.2f}\" title=\"{}\" data-label=\"{}\">{}</td>",
                     !cell->tested   ? " untested"
                     : cell->spreads ? " spreads"
                                     : "",
                     known ? " known" : "", cell->with.rate, escape_html(title(study, row, *cell)), escape_html(label),
                     percent(cell->with.rate));
}

std::string matrix(const Page& page, const std::vector<const CrossRow*>& rows, const std::vector<std::string>& labels) {
  std::string html =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Spurious correlations\" tabindex=\"0\"><table "
      "class=\"matrix\">\n<thead><tr><th scope=\"col\">Phrase → misclassified as</th>";
  for (const std::string& label : labels)
    html += fmt::format("<th scope=\"col\" class=\"turned\"><span>{}</span></th>", escape_html(label));
  html += "</tr></thead>\n<tbody>\n";
  for (const CrossRow* row : rows) {
    const Spread spread = spread_of(page.findings, *row);
    html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(row_name(*row)));
    for (const std::string& label : labels) html += matrix_cell(page.study, *row, spread, label);
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string counts(const Page& page, const CrossRow& row, const std::vector<std::string>& labels) {
  const auto number = [](std::string_view column, const std::string& text) {
    return table_cell(column, text, "number");
  };
  std::string rows;
  for (const std::string& label : labels) {
    const CrossCell* cell = cell_of(row, label);
    if (cell == nullptr) continue;
    const int left_out = std::max(0, page.study.budget.cross - cell->with.valid);
    rows +=
        fmt::format("<tr><th scope=\"row\">{}</th>{}{}{}{}{}{}{}</tr>\n", escape_html(label),
                    number("With", fraction(cell->with)), number("Without", fraction(cell->without)),
                    number("Only with", grouped(cell->only_with)), number("Only without", grouped(cell->only_without)),
                    number("Left out", grouped(left_out)), number("p", cell->tested ? p_text(cell->p) : "–"),
                    number("Corrected", !cell->tested   ? "–"
                                        : cell->spreads ? fmt::format("<b>{}</b>", p_text(cell->adjusted))
                                                        : p_text(cell->adjusted)));
  }
  return fmt::format(
      "<h3>{}</h3>\n<table>\n<thead><tr><th scope=\"col\">Label</th><th scope=\"col\" class=\"number\">With</th><th "
      "scope=\"col\" class=\"number\">Without</th><th scope=\"col\" class=\"number\">Only with</th><th scope=\"col\" "
      "class=\"number\">Only without</th><th scope=\"col\" class=\"number\">Left out</th><th scope=\"col\" "
      "class=\"number\">p</th><th scope=\"col\" "
      "class=\"number\">Corrected</th></tr></thead>\n<tbody>\n{}</tbody></table>\n",
      escape_html(row_name(row)), rows);
}

std::size_t cells_that(const Findings& findings, bool tested) {
  std::size_t count = 0;
  for (const CrossRow& row : findings.cross)
    count += static_cast<std::size_t>(std::count_if(row.cells.begin(), row.cells.end(),
                                                    [&](const CrossCell& cell) { return cell.tested == tested; }));
  return count;
}

std::string legend(const Page& page) {
  const auto swatch = [](std::string_view kind) { return fmt::format(R"(<span class="swatch {}"></span> )", kind); };
  const auto tested = static_cast<int>(cells_that(page.findings, true));
  std::string html = "Share of valid images with the phrase that are misclassified as the row's answer. ";
  html += fmt::format(
      "{}Framed: more often than without the phrase; the probability that even one frame is wrong is at most {} (exact "
      "McNemar test of the pairs, Holm's correction over {}). ",
      swatch("spreads"), percent(page.study.evidence.alpha), counted(tested, "cell"));
  html += swatch("known") + "Underlined: a confirmed bug above, with evidence of its own.";
  if (cells_that(page.findings, false) > 0) html += " Dashed: too few valid pairs to test.";
  return "<p class=\"soft\">" + html + "</p>\n";
}

std::string all_counts(const Page& page, const std::vector<const CrossRow*>& rows,
                       const std::vector<std::string>& labels) {
  std::string html =
      "<details><summary>All counts</summary>\n<p class=\"soft\">Pairs of images that share a seed: how many are "
      "misclassified as the answer with the phrase, without it, and in only one of the two; left out: pairs with an "
      "image that the judge refused. p: McNemar's exact one-sided test; corrected: Holm's.</p>\n";
  for (const CrossRow* row : rows) html += counts(page, *row, labels);
  return html + "</details>\n";
}

}  // namespace

std::string spurious_section(Page& page) {
  if (page.findings.cross.empty()) return {};
  std::vector<const CrossRow*> rows = furthest_first(page.findings);
  const std::size_t all = rows.size();
  if (rows.size() > kMatrixRows) rows.resize(kMatrixRows);
  std::set<std::string> every;
  for (const CrossRow* row : rows) {
    for (const CrossCell& cell : row->cells) every.insert(cell.label);
  }
  const std::vector<std::string> labels = columns(page, rows);
  std::string html = fmt::format(
      "<section id=\"spurious\">\n<h2>What the phrases do to other labels</h2>\n<p>Does a confirmed phrase spoil one "
      "label, or does it make many things look like one: a spurious correlation? Each was tried on all other labels: "
      "{} of each with the phrase, and from the same seeds without it.</p>\n",
      counted(page.study.budget.cross, "image"));
  html += cross_elsewhere(page, rows) + matrix(page, rows, labels) + legend(page);
  html += more_elsewhere(every.size() - labels.size(), "label") + more_elsewhere(all - rows.size(), "phrase");
  return html + all_counts(page, rows, labels) + "</section>\n";
}

}  // namespace scotoma
