// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "scotoma/report/page_limits.h"
#include "scotoma/report/style.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::string_view kVerdictStyle = R"css(
.verdicts { width: auto; } .verdicts th, .verdicts td { padding: .45rem .6rem; vertical-align: middle; }
.verdicts tbody td { border: 2px solid var(--paper); border-radius: 6px; background: var(--track); font-size: .875rem; }
.verdicts .certified { background: color-mix(in srgb, var(--pass-fill) 35%, var(--card)); }
.verdicts .bug { background: color-mix(in srgb, var(--fail-fill) 55%, var(--card)); }
.verdicts b { display: block; } .verdicts span { display: block; font-size: .75rem; white-space: nowrap; }
.statements { max-width: 46rem; padding-left: 1.25rem; } .statements li { margin: .5rem 0; }
)css";

std::string paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", escape_html(text)); }

std::string list(std::string_view css_class, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string html = fmt::format("<ul class=\"{}\">\n", css_class);
  for (const std::string& each : sentences) html += fmt::format("<li>{}</li>\n", escape_html(each));
  return html + "</ul>\n";
}

std::string cell_html(const Certificate& certificate, const CertificateCell& cell) {
  return fmt::format("<td class=\"{}\" data-label=\"{}\" title=\"{}\"><b>{}</b><span>{} fail{}</span></td>",
                     name_of(cell.verdict), escape_html(cell.label),
                     escape_html(cell.prompt + ": " + figures(certificate, cell)), verdict_words(cell.verdict),
                     fraction(cell.rate),
                     cell.at_most < 1 ? fmt::format(", at most {}", escape_html(limit_words(certificate, cell))) : "");
}

/// Cells stand label by label, each with the same phrases.
std::string table(const Certificate& certificate) {
  const std::size_t phrases = certificate.cells.size() / std::max(certificate.labels.size(), std::size_t{1});
  std::string html =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Verdicts by phrase and label\" tabindex=\"0\"><table "
      "class=\"verdicts\">\n<thead><tr><th scope=\"col\">Phrase</th>";
  for (const LabelCertificate& label : certificate.labels)
    html += fmt::format("<th scope=\"col\">{}</th>", escape_html(label.label));
  html += "</tr></thead>\n<tbody>\n";
  const std::size_t rows = std::min(phrases, PageLimits::kRows);
  for (std::size_t p = 0; p < rows; ++p) {
    const CertificateCell& first = certificate.cells[p];
    html +=
        fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(first.before ? first.phrase + " …" : first.phrase));
    for (std::size_t l = 0; l < certificate.labels.size(); ++l)
      html += cell_html(certificate, certificate.cells[l * phrases + p]);
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  return phrases > rows ? html + paragraph(fmt::format("{} more rows are in certificate.json.", phrases - rows)) : html;
}

std::string gallery(PageImages& images, const CertificateCell& cell) {
  std::string figures;
  for (const Sample& sample : cell.failures) {
    const std::string image = images.show(sample.image, cell.prompt);
    if (image.empty()) break;
    figures += fmt::format("<figure class=\"tile fail\">{}</figure>\n", image);
  }
  return figures.empty() ? figures : "<div class=\"gallery\">\n" + figures + "</div>\n";
}

std::string others(const Certificate& certificate, PageImages& images) {
  std::string html;
  for (const CellVerdict verdict : {CellVerdict::bug, CellVerdict::undecided, CellVerdict::not_generatable}) {
    for (const CertificateCell& cell : certificate.cells) {
      if (cell.verdict != verdict) continue;
      html += fmt::format("<h3>{} <span class=\"badge\">{}</span></h3>\n{}{}", escape_html(cell.prompt),
                          verdict_words(verdict), paragraph(figures(certificate, cell) + "."), gallery(images, cell));
    }
  }
  return html.empty() ? html : "<section id=\"others\">\n<h2>What is not certified</h2>\n" + html + "</section>\n";
}

std::string headline(const Certificate& certificate) {
  if (certificate.labels.size() == 1) return sentence(certificate, certificate.labels.front());
  if (certificate.certified())
    return fmt::format("All {} labels are certified: no phrase {} {}.", certificate.labels.size(),
                       certificate.absolute ? "makes one fail in" : "raises a failure rate by more than",
                       size_words(certificate) + (certificate.absolute ? " of its images or more" : ""));
  return fmt::format("Not all is certified: of {}.", verdicts_in_numbers(certificate));
}

std::string baselines(const Certificate& certificate) {
  if (certificate.absolute) return {};
  std::vector<std::string> items;
  for (const LabelCertificate& label : certificate.labels) {
    items.push_back(label.base.valid == 0 ? fmt::format("{}: none were needed", label.label)
                                          : fmt::format("{}: {} fail ({})", label.label, fraction(label.base),
                                                        interval_text(label.base)));
  }
  return "<h3>Baseline images</h3>\n" + list("statements", items);
}

std::string models(const Certificate& certificate) {
  std::string html = "<h3>Models</h3>\n<dl class=\"facts\">\n";
  for (const auto& [role, fingerprint] : certificate.fingerprints) {
    const auto line = certificate.descriptions.find(role);
    html += fmt::format("<dt>{}</dt><dd>{}<code class=\"soft small\" title=\"fingerprint\">{}</code></dd>\n",
                        escape_html(capitalised(role)),
                        line == certificate.descriptions.end() ? "" : escape_html(line->second) + "<br>",
                        escape_html(fingerprint));
  }
  return html + "</dl>\n";
}

std::string body_of(const Study& study, const Certificate& certificate, PageImages& images) {
  std::string html = fmt::format(
      "<header>\n<p class=\"kicker\">Scotoma · certificate</p>\n<h1>{}</h1>\n<p "
      "class=\"headline\"><span>{}</span></p>\n</header>\n<main>\n<section id=\"certificate\">\n<h2>Label by "
      "label</h2>\n",
      escape_html(study.name), escape_html(headline(certificate)));
  std::vector<std::string> sentences;
  for (const LabelCertificate& label : certificate.labels) sentences.push_back(sentence(certificate, label));
  html += list("statements", sentences) + table(certificate) + "</section>\n<section id=\"levels\">\n<h2>How sure is " +
          "this?</h2>\n" + list("statements", level_sentences(certificate)) + list("statements", certificate.limits) +
          paragraph(limit_sentence(certificate)) +
          paragraph(
              "Every rate is of images that the judge accepts, as this generator shows them. What was not asked "
              "is not certified: other phrases, and what no words say.") +
          "</section>\n" + others(certificate, images) + "<section id=\"cost\">\n<h2>What it took</h2>\n" +
          paragraph(cost_sentence(certificate)) + baselines(certificate) + models(certificate) +
          "</section>\n</main>\n";
  return html + "<footer class=\"soft\">Written by Scotoma. The same for programs: certificate.json.</footer>\n";
}

}  // namespace

Result<std::string> certificate_page(const Study& study, const Certificate& certificate, const ImageSource& images) {
  PageImages shown(images, PageLimits::kImages);
  const std::string body = body_of(study, certificate, shown);
  SCOTOMA_ASSIGN_OR_RETURN(const std::string definitions, shown.definitions());
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'\">\n<title>Certificate: {} · Scotoma</title>\n<style>\n{}{}</style>\n</head>\n<body>\n{}{}"
      "</body>\n</html>\n",
      escape_html(study.name), kReportStyle, kVerdictStyle, definitions, body);
}

}  // namespace scotoma
