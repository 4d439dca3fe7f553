#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "finding/count.h"
#include "report/about.h"
#include "report/bug_card.h"
#include "report/claims_filter.h"
#include "report/page.h"
#include "report/spurious.h"
#include "report/style.h"
#include "report/tables.h"
#include "report/tally.h"
#include "report/text.h"
#include "report/transfer_section.h"
#include "report/words.h"

namespace scotoma {
namespace {

std::string study_title(const Study& study) { return study.name.empty() ? study.file.stem().string() : study.name; }

std::string thumbnail(Page& page, const Hypothesis& h) {
  const std::vector<Sample>& samples = evidence_of(h);
  const auto found =
      std::find_if(samples.begin(), samples.end(), [&](const Sample& s) { return shows(s, h.direction); });
  return found == samples.end() ? "" : page.pictures.show(found->image, subject(h));
}

std::string contents_row(Page& page, const Hypothesis& h) {
  const Rate& rate = h.measured();
  std::string numbers;
  if (rate.valid > 0) {
    const Rate base = base_rate(page.findings, h);
    numbers = fmt::format("{} {}; neutral pictures: {}{}", percent(rate.rate), fails(h) ? "fail" : "pass",
                          base.valid > 0 ? percent(base.rate) : "–", h.audited() ? "" : "; not audited");
  }
  return fmt::format("<li{}><a href=\"#{}\">{}<span><b>{}</b><br><span class=\"soft\">{}</span></span></a></li>\n",
                     claim_attributes(h), anchor(h), thumbnail(page, h), escape_html(sentence(h)), numbers);
}

std::string contents(Page& page, const Tally& tally) {
  std::vector<const Hypothesis*> confirmed = tally.bugs;
  confirmed.insert(confirmed.end(), tally.exceptions.begin(), tally.exceptions.end());
  if (confirmed.empty()) return {};
  std::string html;
  if (page.study.evidence.rule != "fixed") {
    html = fmt::format("<p>Of claims confirmed in this way, at most {} are expected to be false.</p>\n",
                       percent(page.study.evidence.alpha));
  }
  const std::size_t shown = std::min(confirmed.size(), PageLimits::kContents);
  html += claims_filter(page.study, std::span(confirmed).first(shown)) + "<ol class=\"contents\">\n";
  for (std::size_t i = 0; i < shown; ++i) html += contents_row(page, *confirmed[i]);
  return html + "</ol>\n" + more_elsewhere(confirmed.size() - shown, "confirmed claim");
}

/// The model's file and what is known of it, in one line.
std::string classifier_line(const Page& page) {
  std::string file = page.study.classifier.model.filename().string();
  const auto found = page.findings.descriptions.find("classifier");
  if (found == page.findings.descriptions.end()) return file;
  const bool named = found->second.find(file) != std::string::npos;
  return named ? found->second : fmt::format("{}, {}", file, found->second);
}

std::string header(Page& page, const Tally& tally) {
  const auto fact = [](std::string_view name, std::string_view html) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html);
  };
  return fmt::format(
             "<header>\n<p class=\"kicker\">Scotoma · blind spots of a classifier</p>\n<h1>{}</h1>\n<p "
             "class=\"headline\"><span>{}</span> <span>{}</span></p>\n",
             escape_html(study_title(page.study)), findings_sentence(page.findings),
             hypotheses_sentence(page.findings)) +
         "<dl class=\"strip\">\n" + fact("Classifier", escape_html(classifier_line(page))) +
         fact("Labels", grouped(static_cast<long long>(page.findings.bases.size()))) +
         fact("Pictures drawn", grouped(page.findings.spent.total())) + fact("Seed", std::to_string(page.study.seed)) +
         "</dl>\n" + contents(page, tally) + "</header>\n";
}

std::string navigation(const Findings& findings, const Tally& tally, bool transfer) {
  std::string links = "<a href=\"#bugs\">Bugs</a>";
  if (!tally.everywhere.empty() || !tally.exceptions.empty()) links += "<a href=\"#everywhere\">Failing labels</a>";
  if (!findings.cross.empty()) links += "<a href=\"#spurious\">Correlations</a>";
  if (transfer) links += "<a href=\"#transfer\">Other classifiers</a>";
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
      "above its base "
      "rate.</p>\n<p>Small rises need more pictures than were drawn here, and what no "
      "caption and no list mentions was never tried. A larger budget, or a phrase of your own, looks further:</p>\n"
      "<p><code class=\"command\">{}</code></p>\n<p class=\"soft\">Run it in the study's folder; OUT is the folder of "
      "this report.</p>\n</div>\n",
      capitalised(counted(all, "hypothesis", "hypotheses")),
      counted(static_cast<int>(page.findings.bases.size()), "label"), tested == 0 ? "none" : grouped(tested),
      counted(pictures, "valid picture"), 100 * page.study.evidence.delta,
      escape_html(probe_command(page.study, "LABEL", {.text = "in a place of your own"})));
}

/// Said before anything else where the claims below were not tested.
std::string warning(const Study& study) {
  if (study.evidence.rule != "fixed") return {};
  return "<div class=\"card fail\">\n<h3>No error rate is held.</h3>\n<p>This study ran by the rule \"fixed\", the "
         "plain scheme: whatever failed more often than the neutral pictures did, by however little, is listed as a "
         "bug. Most of it may be chance. The rule is there for comparison only; remove <code>evidence.rule</code> to "
         "have claims tested.</p>\n</div>\n";
}

/// Those of `all` that are told in full.
std::vector<const Hypothesis*> with_cards(const Page& page, const std::vector<const Hypothesis*>& all) {
  std::vector<const Hypothesis*> told;
  std::copy_if(all.begin(), all.end(), std::back_inserter(told), [&](const auto* h) { return page.cards.contains(h); });
  return told;
}

constexpr std::string_view kTable = "the <a href=\"#hypotheses\">table</a> below";

std::string bugs_section(Page& page, const Tally& tally) {
  std::string html = "<section id=\"bugs\">\n<h2>Confirmed bugs</h2>\n";
  if (tally.bugs.empty()) html += nothing_confirmed(page);
  const auto told = with_cards(page, tally.bugs);
  for (std::size_t i = 0; i < told.size(); ++i) html += bug_card(page, *told[i], fmt::format("Bug {}", i + 1));
  return html + more_elsewhere(tally.bugs.size() - told.size(), "bug", kTable) + "</section>\n";
}

std::string everywhere_section(Page& page, const Tally& tally) {
  if (tally.everywhere.empty() && tally.exceptions.empty()) return {};
  std::string html = "<section id=\"everywhere\">\n<h2>Labels that fail nearly everywhere</h2>\n";
  auto left = with_cards(page, tally.exceptions);
  const std::size_t not_told = tally.exceptions.size() - left.size();
  const std::size_t labels = std::min(tally.everywhere.size(), PageLimits::kLabelCards);
  for (std::size_t i = 0; i < labels; ++i) {
    html += label_card(page, *tally.everywhere[i]);
    for (const Hypothesis* h : left) {
      if (h->label == tally.everywhere[i]->label) html += bug_card(page, *h, "The exception");
    }
    std::erase_if(left, [&](const Hypothesis* h) { return h->label == tally.everywhere[i]->label; });
  }
  for (const Hypothesis* h : left) html += bug_card(page, *h, "Recognised more often");
  return html + more_elsewhere(not_told, "exception", kTable) +
         more_elsewhere(tally.everywhere.size() - labels, "such label", "the <a href=\"#base-rates\">base rates</a>") +
         "</section>\n";
}

/// Bugs first, then exceptions, as many as the page tells in full.
std::set<const Hypothesis*> chosen_for_cards(const Tally& tally) {
  std::set<const Hypothesis*> cards;
  for (const auto* list : {&tally.bugs, &tally.exceptions}) {
    for (const Hypothesis* h : *list) {
      if (cards.size() < PageLimits::kCards) cards.insert(h);
    }
  }
  return cards;
}

}  // namespace

Result<std::string> report_html(const Study& study, const Findings& findings, const ImageSource& images,
                                const Transfer* transfer) {
  const Tally tally = tally_of(findings);
  Page page{study, findings, Answers(findings), Pictures(images, PageLimits::kPictures), chosen_for_cards(tally)};
  std::string body =
      header(page, tally) + navigation(findings, tally, transfer != nullptr) + "<main>\n" + warning(study);
  body += bugs_section(page, tally);
  body += everywhere_section(page, tally);
  body += spurious_section(page);
  if (transfer != nullptr) body += transfer_section(page, *transfer);
  body += hypotheses_section(page);
  body += clusters_section(page);
  body += base_rates_section(page);
  body += limits_section(page);
  body += method_section(page);
  body += "</main>\n<footer class=\"soft\">Written by Scotoma. The same findings for programs: bugs.json.</footer>\n";
  SCOTOMA_TRY(const std::string pictures, page.pictures.definitions());
  const bool filtered = body.find("id=\"claims-filter\"") != std::string::npos;
  if (filtered) body += fmt::format("<script>{}</script>\n", kClaimsScript);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'{}\">\n"
      "<title>{} · Scotoma</title>\n<style>\n{}</style>\n</head>\n<body>\n{}{}</body>\n</html>\n",
      filtered ? "; script-src " + script_source(kClaimsScript) : "", escape_html(study_title(study)), kReportStyle,
      pictures, body);
}

}  // namespace scotoma
