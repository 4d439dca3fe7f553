// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "scotoma/report/page_limits.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

std::string cell_html(const Certificate& certificate, const CertificateCell& cell, const CellNote& note) {
  return fmt::format("<td class=\"{}\" data-label=\"{}\" title=\"{}\"><b>{}</b><span>{} fail{}</span>{}</td>",
                     name_of(cell.verdict), escape_html(cell.label),
                     escape_html(cell.prompt + ": " + figures(certificate, cell)), verdict_words(cell.verdict),
                     fraction(cell.rate),
                     cell.at_most < 1 ? fmt::format(", at most {}", escape_html(limit_words(certificate, cell))) : "",
                     note ? note(cell) : "");
}

}  // namespace

const std::string_view kVerdictStyle = R"css(
.verdicts { width: auto; } .verdicts th, .verdicts td { padding: .45rem .6rem; vertical-align: middle; }
.verdicts tbody td { border: 2px solid var(--paper); border-radius: 6px; background: var(--track); font-size: .875rem; }
.verdicts .certified { background: color-mix(in srgb, var(--pass-fill) 35%, var(--card)); }
.verdicts .bug { background: color-mix(in srgb, var(--fail-fill) 55%, var(--card)); }
.verdicts b { display: block; } .verdicts span { display: block; font-size: .75rem; white-space: nowrap; }
.statements { max-width: 46rem; padding-left: 1.25rem; } .statements li { margin: .5rem 0; }
)css";

std::string plain_paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", escape_html(text)); }

std::string statement_list(const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string html = "<ul class=\"statements\">\n";
  for (const std::string& each : sentences) html += fmt::format("<li>{}</li>\n", escape_html(each));
  return html + "</ul>\n";
}

std::string verdict_table(const Certificate& certificate, std::string_view file, const CellNote& note) {
  const std::size_t phrases = certificate.cells.size() / std::max(certificate.labels.size(), std::size_t{1});
  std::string html =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Verdicts by phrase and label\" tabindex=\"0\"><table "
      "class=\"verdicts\">\n<thead><tr><th scope=\"col\">Phrase</th>";
  for (const LabelCertificate& label : certificate.labels)
    html += fmt::format("<th scope=\"col\">{}</th>", escape_html(label.label));
  html += "</tr></thead>\n<tbody>\n";
  const std::size_t columns = std::max(certificate.labels.size(), std::size_t{1});
  const std::size_t rows =
      std::min({phrases, PageLimits::kRows, std::max(PageLimits::kCells / columns, std::size_t{1})});
  for (std::size_t p = 0; p < rows; ++p) {
    const CertificateCell& first = certificate.cells[p];
    html +=
        fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(first.before ? first.phrase + " …" : first.phrase));
    for (std::size_t l = 0; l < certificate.labels.size(); ++l)
      html += cell_html(certificate, certificate.cells[l * phrases + p], note);
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  return phrases > rows ? html + plain_paragraph(fmt::format("{} more rows are in {}.", phrases - rows, file)) : html;
}

std::string certificate_levels(const Certificate& certificate) {
  return statement_list(level_sentences(certificate)) + statement_list(certificate.limits) +
         plain_paragraph(limit_sentence(certificate)) +
         plain_paragraph(
             "Every rate is of images that the judge accepts, as this generator shows them. What was not asked is not "
             "certified: other phrases, and what no words say.");
}

std::string certificate_baselines(const Certificate& certificate) {
  if (certificate.absolute) return {};
  std::vector<std::string> items;
  for (const LabelCertificate& label : certificate.labels) {
    items.push_back(label.base.valid == 0 ? fmt::format("{}: none were needed", label.label)
                                          : fmt::format("{}: {} fail ({})", label.label, fraction(label.base),
                                                        interval_text(label.base)));
  }
  return "<h3>Baseline images</h3>\n" + statement_list(items);
}

}  // namespace scotoma
