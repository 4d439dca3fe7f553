// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_section.h"

#include <fmt/format.h>

#include "scotoma/finding/beside_search.h"
#include "scotoma/report/certificate_parts.h"
#include "scotoma/wording/beside_search.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

constexpr std::size_t kOfCell = 8;  // failing images of a cell

/// Below a cell: the bug of the search that is the same claim.
std::string note_of(const Page& page, const CertificateCell& cell) {
  const Hypothesis* same = same_claim(page.findings, cell);
  const bool confirmed = same != nullptr && same->status == Status::confirmed;
  if (!confirmed) return cell.verdict == CellVerdict::bug ? "<span>not confirmed by the search</span>" : "";
  const std::string_view words =
      contradict(*page.findings.certificate, cell, *same) ? "but a bug of the search" : "a bug of the search";
  if (!on_page(page, *same)) return fmt::format("<span>{}</span>", words);
  return fmt::format("<span><a href=\"#{}\">{}</a></span>", anchor(*same), words);
}

std::string with_verdict(Page& page, const Certificate& certificate, CellVerdict verdict) {
  std::string html;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const CertificateCell& cell : certificate.cells) {
    if (cell.verdict != verdict) continue;
    if (shown == PageLimits::kVerdicts) {
      ++left;
      continue;
    }
    ++shown;
    html += fmt::format("<h4>{} <span class=\"badge\">{}</span></h4>\n{}", escape_html(cell.prompt),
                        verdict_words(verdict), plain_paragraph(figures(certificate, cell) + "."));
    html += gallery(page, cell.failures, kOfCell, [](const Sample& sample) { return sample.failure(); });
  }
  return html + more_elsewhere(left, "phrase and label");
}

/// Folded: the table says what it is.
std::string others(Page& page, const Certificate& certificate) {
  std::string html;
  for (const CellVerdict verdict : {CellVerdict::bug, CellVerdict::undecided, CellVerdict::not_generatable})
    html += with_verdict(page, certificate, verdict);
  return html.empty() ? html
                      : "<details>\n<summary>Images of what is not certified</summary>\n" + html + "</details>\n";
}

std::string warnings(const BesideSearch& beside) {
  std::string html;
  for (const std::string& each : beside.warnings) html += plain_paragraph(each);
  return html.empty() ? html : "<div class=\"card doubt\">\n" + html + "</div>\n";
}

}  // namespace

std::string certificate_notice(const Page& page) {
  if (!page.findings.certificate) return {};
  return fmt::format("<p>Certificate: {} <a href=\"#certificate\">Of which phrases?</a></p>\n",
                     escape_html(headline(*page.findings.certificate))) +
         warnings(beside_search(page.study, page.findings));
}

std::string certificate_section(Page& page) {
  if (!page.findings.certificate) return {};
  const Certificate& certificate = *page.findings.certificate;
  std::vector<std::string> sentences;
  for (const LabelCertificate& label : certificate.labels) sentences.push_back(sentence(certificate, label));
  const BesideSearch beside = beside_search(page.study, page.findings);
  return "<section id=\"certificate\">\n<h2>What is certified</h2>\n" + warnings(beside) + statement_list(sentences) +
         verdict_table(certificate, "bugs.json", [&](const CertificateCell& cell) { return note_of(page, cell); }) +
         statement_list(beside.notes) + "<h3>How sure is this?</h3>\n" + certificate_levels(certificate) +
         "<h3>What it took</h3>\n" +
         plain_paragraph(cost_sentence(certificate) +
                         " They are the certificate's own: no image of the search is among "
                         "them, and none of them counts as one of the search.") +
         certificate_baselines(certificate) + others(page, certificate) + "</section>\n";
}

}  // namespace scotoma
