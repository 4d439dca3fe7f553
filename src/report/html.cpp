#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "finding/count.h"
#include "report/about.h"
#include "report/bug_card.h"
#include "report/page.h"
#include "report/style.h"
#include "report/tables.h"
#include "report/text.h"
#include "report/words.h"

namespace scotoma {
namespace {

/// What the page says first.
struct Tally {
  std::vector<const Hypothesis*> bugs;        ///< confirmed, fails
  std::vector<const Hypothesis*> exceptions;  ///< confirmed, passes
  std::vector<const BaseResult*> everywhere;
};

Tally tally_of(const Findings& findings) {
  Tally tally;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    (h.direction == Direction::fails ? tally.bugs : tally.exceptions).push_back(&h);
  }
  for (const BaseResult& base : findings.bases) {
    if (base.everywhere) tally.everywhere.push_back(&base);
  }
  return tally;
}

std::string study_title(const Study& study) { return study.name.empty() ? study.file.stem().string() : study.name; }

/// "2 bugs confirmed among 37 hypotheses. 1 label fails nearly everywhere."
std::string headline(const Findings& findings, const Tally& tally) {
  const auto tried = static_cast<int>(findings.hypotheses.size());
  const auto bugs = static_cast<int>(tally.bugs.size());
  std::string text =
      bugs == 0 ? std::string("No bug was confirmed") : fmt::format("{} confirmed", counted(bugs, "bug"));
  text += tried == 0 ? "." : fmt::format(" among {}.", counted(tried, "hypothesis", "hypotheses"));
  const auto everywhere = static_cast<int>(tally.everywhere.size());
  if (everywhere > 0) {
    text += fmt::format(" {} nearly everywhere.", counted(everywhere, "label fails", "labels fail"));
  }
  return text;
}

std::string thumbnail(Page& page, const Hypothesis& h) {
  const bool failing = h.direction == Direction::fails;
  const auto shows = [&](const Sample& s) { return s.valid() && s.correct != failing; };
  const auto found = std::find_if(h.audit_samples.begin(), h.audit_samples.end(), shows);
  return found == h.audit_samples.end() ? "" : page.pictures.show(found->image, subject(h));
}

std::string contents_row(Page& page, const Hypothesis& h) {
  const Rate base = base_rate(page.findings, h);
  return fmt::format(
      "<li><a href=\"#{}\">{}<span><b>{}</b><br><span class=\"soft\">{} {}; neutral pictures: "
      "{}</span></span></a></li>\n",
      anchor(h), thumbnail(page, h), escape_html(sentence(h)), percent(h.audit.rate),
      h.direction == Direction::fails ? "fail" : "pass", base.valid > 0 ? percent(base.rate) : "–");
}

std::string header(Page& page, const Tally& tally) {
  const auto described = page.findings.descriptions.find("classifier");
  std::string html = fmt::format(
      "<header>\n<p class=\"kicker\">Scotoma · blind spots of a classifier</p>\n<h1>{}</h1>\n<p "
      "class=\"headline\">{}</p>\n",
      escape_html(study_title(page.study)), escape_html(headline(page.findings, tally)));
  if (!tally.bugs.empty() || !tally.exceptions.empty()) {
    html += fmt::format("<p>Of claims confirmed in this way, at most {} are expected to be false.</p>\n",
                        percent(page.study.evidence.alpha));
    html += "<ol class=\"contents\">\n";
    for (const Hypothesis* h : tally.bugs) html += contents_row(page, *h);
    for (const Hypothesis* h : tally.exceptions) html += contents_row(page, *h);
    html += "</ol>\n";
  }
  html += fmt::format(
      "<dl class=\"facts\">\n<dt>Classifier</dt><dd>{}{}</dd>\n<dt>Labels</dt><dd>{}</dd>\n"
      "<dt>Pictures drawn</dt><dd>{}</dd>\n<dt>Seed</dt><dd>{}</dd>\n</dl>\n",
      escape_html(page.study.classifier.model.filename().string()),
      described == page.findings.descriptions.end() ? "" : "<br>" + escape_html(described->second),
      page.findings.bases.size(), grouped(page.findings.spent.total()), page.study.seed);
  return html + "</header>\n";
}

std::string navigation(const Findings& findings, const Tally& tally) {
  std::string links = "<a href=\"#bugs\">Bugs</a>";
  if (!tally.everywhere.empty() || !tally.exceptions.empty()) links += "<a href=\"#everywhere\">Failing labels</a>";
  links += "<a href=\"#hypotheses\">Hypotheses</a>";
  if (!findings.clusters.empty()) links += "<a href=\"#groups\">Groups</a>";
  if (!findings.bases.empty()) links += "<a href=\"#base-rates\">Base rates</a>";
  return "<nav aria-label=\"Contents\">" + links +
         "<a href=\"#limits\">Limits</a><a href=\"#method\">Method</a></nav>\n";
}

std::string nothing_confirmed(const Page& page) {
  int tested = 0;
  int pictures = 0;
  for (const Hypothesis& h : page.findings.hypotheses) {
    if (h.confirmed.valid == 0) continue;
    ++tested;
    pictures += h.confirmed.valid;
  }
  const auto all = static_cast<int>(page.findings.hypotheses.size());
  return fmt::format(
      "<div class=\"card calm\">\n<h3>No bug was confirmed.</h3>\n<p>That does not prove there is none. {} came up for "
      "{}; {} of them "
      "went to the test, on {}. In none was the evidence strong enough that the label fails more than {:g} points "
      "above the upper "
      "limit of its base rate.</p>\n<p>Small rises need more pictures than were drawn here, and what no "
      "caption mentions was never tried. A larger budget, or a phrase of your own, looks further:</p>\n"
      "<p><code class=\"command\">scotoma probe {} --label LABEL &quot;in a place of your "
      "own&quot;</code></p>\n</div>\n",
      capitalised(counted(all, "hypothesis", "hypotheses")),
      counted(static_cast<int>(page.findings.bases.size()), "label"), tested == 0 ? "none" : grouped(tested),
      counted(pictures, "valid picture"), 100 * page.study.evidence.delta,
      escape_html(quote_for_shell(page.study.file.filename().string())));
}

std::string bugs_section(Page& page, const Tally& tally) {
  std::string html = "<section id=\"bugs\">\n<h2>Confirmed bugs</h2>\n";
  if (tally.bugs.empty()) html += nothing_confirmed(page);
  for (std::size_t i = 0; i < tally.bugs.size(); ++i)
    html += bug_card(page, *tally.bugs[i], fmt::format("Bug {}", i + 1));
  return html + "</section>\n";
}

std::string everywhere_section(Page& page, const Tally& tally) {
  if (tally.everywhere.empty() && tally.exceptions.empty()) return {};
  std::string html = "<section id=\"everywhere\">\n<h2>Labels that fail nearly everywhere</h2>\n";
  for (const BaseResult* base : tally.everywhere) {
    html += label_card(page, *base);
    for (const Hypothesis* h : tally.exceptions) {
      if (h->label == base->label) html += bug_card(page, *h, "The exception");
    }
  }
  for (const Hypothesis* h : tally.exceptions) {
    const BaseResult* base = base_of(page.findings.bases, h->label);
    if (base == nullptr || !base->everywhere) html += bug_card(page, *h, "Recognised more often");
  }
  return html + "</section>\n";
}

}  // namespace

Result<std::string> report_html(const Study& study, const Findings& findings, const ImageSource& images) {
  Page page{study, findings, Answers(findings), Pictures(images)};
  const Tally tally = tally_of(findings);
  std::string body = header(page, tally) + navigation(findings, tally) + "<main>\n";
  body += bugs_section(page, tally);
  body += everywhere_section(page, tally);
  body += hypotheses_section(page);
  body += clusters_section(page);
  body += base_rates_section(page);
  body += limits_section(page);
  body += method_section(page);
  body += "</main>\n<footer class=\"soft\">Written by Scotoma. The same findings for programs: bugs.json.</footer>\n";
  SCOTOMA_TRY(const std::string pictures, page.pictures.definitions());
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'\">\n"
      "<title>{} · Scotoma</title>\n<style>\n{}</style>\n</head>\n<body>\n{}{}</body>\n</html>\n",
      escape_html(study_title(study)), kReportStyle, pictures, body);
}

}  // namespace scotoma
