// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "scotoma/report/certificate_parts.h"
#include "scotoma/report/page_limits.h"
#include "scotoma/report/style.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

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
      html +=
          fmt::format("<h3>{} <span class=\"badge\">{}</span></h3>\n{}{}", escape_html(cell.prompt),
                      verdict_words(verdict), plain_paragraph(figures(certificate, cell) + "."), gallery(images, cell));
    }
  }
  return html.empty() ? html : "<section id=\"others\">\n<h2>What is not certified</h2>\n" + html + "</section>\n";
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
  html += statement_list(sentences) + verdict_table(certificate, "certificate.json") +
          "</section>\n<section id=\"levels\">\n<h2>How sure is this?</h2>\n" + certificate_levels(certificate) +
          "</section>\n" + others(certificate, images) + "<section id=\"cost\">\n<h2>What it took</h2>\n" +
          plain_paragraph(cost_sentence(certificate)) + certificate_baselines(certificate) + models(certificate) +
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
