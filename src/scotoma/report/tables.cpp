// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "scotoma/report/shrinking.h"
#include "scotoma/report/svg.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kClusterImages = 6;
constexpr std::size_t kTinyImages = 2;

std::string source_words(const Hypothesis& h) {
  if (h.source == Source::user) return "asked for by the user";
  if (h.source == Source::list) return "from the study's lists";
  if (h.source == Source::cross) return "from the cross-check of another label's phrase";
  if (h.source == Source::either) return "phrases of a list that are weak alone";
  if (h.source == Source::other_labels) return "from captions of other labels";
  if (h.source == Source::library) return "from the built-in attributes";
  const Phrase& phrase = h.phrase;
  if (phrase.cluster_captions == 0) return {};
  return fmt::format("in {} of {} captions of the group, {} of {} of the others", phrase.in_cluster,
                     phrase.cluster_captions, phrase.in_contrast, phrase.contrast_captions);
}

std::string claim(const Page& page, const Hypothesis& h) {
  const std::string& wrong = h.misclassified_as();
  const std::string outcome = h.direction == Direction::passes ? recognised(page.study)
                              : wrong.empty()                  ? unrecognised(page.study)
                                                               : wrong;
  const std::string text = escape_html(fmt::format("{} → {}", subject(page.study, h), outcome));
  const std::string linked = on_page(page, h) ? fmt::format("<a href=\"#{}\">{}</a>", anchor(h), text) : text;
  const std::string shrinking = shrinking_words(page.findings, h);
  const std::string source = source_words(h);
  const std::string both = escape_html(shrinking + (shrinking.empty() || source.empty() ? "" : "; ") + source);
  return both.empty() ? linked : fmt::format("{}<br><span class=\"soft small\">{}</span>", linked, both);
}

std::string tried(const Rate& rate) { return rate.valid == 0 ? "–" : fraction(rate); }

/// How often evidence as strong would turn up by chance, at most.
std::string by_chance(const Hypothesis& h) {
  if (h.confirmed.valid == 0) return "–";
  return h.log_e_value < std::log(2) ? "often" : "1 in " + one_in(h.log_e_value);
}

std::string audited(const Hypothesis& h) {
  if (h.audited()) return fmt::format("<b>{}</b>", percent(h.audit.rate));
  return h.status == Status::confirmed ? "not audited" : "–";
}

/// What stands on the fold of a table: "All 16 hypotheses", "The one label".
std::string all_of(std::size_t count, std::string_view noun, std::string_view plural = {}) {
  if (count == 1) return fmt::format("The one {}", noun);
  return "All " + counted(static_cast<int>(count), noun, plural);
}

std::string number_cell(std::string_view column, std::string_view html) { return table_cell(column, html, "number"); }

std::string hypothesis_row(const Page& page, const Hypothesis& h) {
  const bool is_target = h.status == Status::confirmed && !on_page(page, h);
  return fmt::format("<tr{}><th scope=\"row\">{}</th><td><span class=\"badge {} {}\">{}</span></td>{}{}{}{}</tr>\n",
                     is_target ? fmt::format(" id=\"{}\"", anchor(h)) : "", claim(page, h), name_of(h.status),
                     name_of(h.direction), status_words(h.status), number_cell("Explored", tried(h.explored)),
                     number_cell("Tested", tried(h.confirmed)), number_cell("By chance", by_chance(h)),
                     number_cell("Audit", audited(h)));
}

/// "2 confirmed; 30 dropped early; 3 without enough evidence".
std::string outcomes(const std::vector<Hypothesis>& hypotheses) {
  const auto outcome_words = [](Status status) -> std::string_view {
    if (status == Status::not_confirmed) return "without enough evidence";
    if (status == Status::not_generatable) return "that could not be generated";
    return status == Status::out_of_budget ? "for which the budget ran out" : status_words(status);
  };
  std::map<Status, int> counts;
  for (const Hypothesis& h : hypotheses) ++counts[h.status];
  std::string text;
  for (const auto& [status, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", grouped(count), outcome_words(status));
  }
  return text;
}

std::string cluster_figures(Page& page, const Cluster& cluster) {
  std::string figures;
  const std::size_t limit = std::min(cluster.members.size(), cluster.tiny ? kTinyImages : kClusterImages);
  for (std::size_t i = 0; i < limit; ++i) {
    const std::string caption = i < cluster.captions.size() ? cluster.captions[i] : "";
    const std::string alt = caption.empty() ? "image of " + with_article(page.study, cluster.label) : caption;
    const std::string image = page.images.show(cluster.members[i].image, alt);
    if (image.empty()) break;
    figures +=
        fmt::format("<figure class=\"tile\">{}<figcaption>{}</figcaption></figure>\n", image, escape_html(caption));
  }
  return figures;
}

/// Empty where the page has no room for an image of it.
std::string cluster_block(Page& page, const Cluster& cluster) {
  const std::string figures = cluster_figures(page, cluster);
  if (figures.empty()) return {};
  const std::string outcome = cluster.direction == Direction::passes ? recognised(page.study)
                              : cluster.predicted.empty()
                                  ? "failing, though its own class is the best"
                                  : fmt::format("misclassified as {}", with_article(page.study, cluster.predicted));
  return fmt::format(
      "<section class=\"cluster\"><h3>{} {} <span class=\"soft\">{}</span></h3>\n<div "
      "class=\"gallery\">\n{}</div></section>\n",
      escape_html(capitalised(with_article(page.study, cluster.label))), escape_html(outcome),
      counted(static_cast<int>(cluster.members.size()), "image"), figures);
}

/// The largest groups, as many as there is room for, and how many were left out.
std::string cluster_blocks(Page& page, std::vector<const Cluster*> clusters) {
  std::stable_sort(clusters.begin(), clusters.end(),
                   [](const Cluster* a, const Cluster* b) { return a->members.size() > b->members.size(); });
  std::string blocks;
  std::size_t shown = 0;
  for (const Cluster* cluster : clusters) {
    const std::string html = shown < PageLimits::kGroups ? cluster_block(page, *cluster) : "";
    if (html.empty()) break;
    blocks += html;
    ++shown;
  }
  return "<div class=\"clusters\">\n" + blocks + "</div>\n" + more_elsewhere(clusters.size() - shown, "group");
}

std::string base_row(const BaseResult& base) {
  const bool seen = base.rate.valid > 0;
  const std::string_view tone = base.failing_label ? "fail" : "base";
  std::string remark = base.predicted.empty() ? "–" : escape_html(base.predicted);
  if (base.not_generatable) remark = "<span class=\"badge\">cannot be generated</span>";
  return fmt::format("<tr><th scope=\"row\">{}</th><td class=\"chart\">{}</td>{}{}{}{}{}</tr>\n",
                     escape_html(base.label), seen ? rate_bar(base.rate, tone) : "",
                     number_cell("Fails", seen ? percent(base.rate.rate) : "–"),
                     number_cell("95\u00A0% interval", seen ? interval_text(base.rate) : "–"),
                     number_cell("Failures", tried(base.rate)), number_cell("Left out", grouped(base.rate.invalid)),
                     table_cell("Misclassified as", remark));
}

}  // namespace

std::string hypotheses_section(const Page& page) {
  const auto& hypotheses = page.findings.hypotheses;
  std::string html = "<section id=\"hypotheses\">\n<h2>Every hypothesis</h2>\n";
  if (hypotheses.empty()) {
    return html +
           "<p>There was nothing to try: no group of failures had a caption that set it apart.</p>\n</section>\n";
  }
  html += fmt::format(
      "<p>{}: {}. What looked promising on a few images was put to the test on new ones.</p>\n"
      "<details><summary>{}</summary>\n<p class=\"soft\">Explored, tested: valid images that show the claim; both "
      "counts stop by what they show, so "
      "they only describe. By chance: how often evidence as strong would turn up at most, were the claim false. Audit: "
      "the rate on images generated afterwards, a fixed number.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Hypotheses\" tabindex=\"0\"><table>\n<thead><tr><th "
      "scope=\"col\">Claim</th><th scope=\"col\">Result</th>"
      "<th scope=\"col\" class=\"number\">Explored</th><th scope=\"col\" class=\"number\">Tested</th>"
      "<th scope=\"col\" class=\"number\">By chance</th><th scope=\"col\" "
      "class=\"number\">Audit</th></tr></thead>\n<tbody>\n",
      capitalised(counted(static_cast<int>(hypotheses.size()), "hypothesis", "hypotheses")), outcomes(hypotheses),
      all_of(hypotheses.size(), "hypothesis", "hypotheses"));
  const std::size_t rows = std::min(hypotheses.size(), PageLimits::kRows);
  for (std::size_t i = 0; i < rows; ++i) html += hypothesis_row(page, hypotheses[i]);
  return html + "</tbody></table></div>\n" + more_elsewhere(hypotheses.size() - rows, "row") +
         "</details>\n</section>\n";
}

std::string clusters_section(Page& page) {
  std::vector<const Cluster*> large;
  std::vector<const Cluster*> tiny;
  for (const Cluster& cluster : page.findings.clusters) (cluster.tiny ? tiny : large).push_back(&cluster);
  if (large.empty() && tiny.empty()) return {};
  std::string html =
      "<section id=\"groups\">\n<h2>Failures that look alike</h2>\n"
      "<p>Images from base prompts, grouped by the classifier's answer and by looks, the most typical first, with "
      "what the captioner said of them. The hypotheses come from these words.</p>\n";
  if (!large.empty()) {
    html += fmt::format("<details><summary>{}</summary>\n{}</details>\n", all_of(large.size(), "group"),
                        cluster_blocks(page, large));
  }
  if (!tiny.empty()) {
    html += fmt::format("<details class=\"tiny\"><summary>{} of fewer than {} images</summary>\n{}</details>\n",
                        capitalised(counted(static_cast<int>(tiny.size()), "small group")),
                        page.study.search.tiny_cluster, cluster_blocks(page, tiny));
  }
  return html + "</section>\n";
}

std::string base_rates_section(const Page& page) {
  if (page.findings.bases.empty()) return {};
  std::vector<const BaseResult*> bases;
  for (const BaseResult& base : page.findings.bases) bases.push_back(&base);
  std::stable_sort(bases.begin(), bases.end(),
                   [](const BaseResult* a, const BaseResult* b) { return a->rate.rate > b->rate.rate; });
  std::string rows;
  const std::size_t shown = std::min(bases.size(), PageLimits::kRows);
  for (std::size_t i = 0; i < shown; ++i) rows += base_row(*bases[i]);
  return "<section id=\"base-rates\">\n<h2>Failures under base prompts</h2>\n<p>How often each label fails when "
         "nothing is said but its name: the yardstick for every claim above.</p>\n<details><summary>" +
         all_of(bases.size(), "label") +
         "</summary>\n<div class=\"scroll\" "
         "role=\"region\" aria-label=\"Baseline rates\" tabindex=\"0\"><table "
         "class=\"base-rates\">\n<thead><tr><th scope=\"col\">Label</th><th scope=\"col\">0 to 100\u00A0%</th>"
         "<th scope=\"col\" class=\"number\">Fails</th><th scope=\"col\" class=\"number\">95\u00A0% interval</th>"
         "<th scope=\"col\" class=\"number\">Failures</th><th scope=\"col\" class=\"number\">Left out</th>"
         "<th scope=\"col\">Misclassified as</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n" + more_elsewhere(bases.size() - shown, "label") + "</details>\n</section>\n";
}

}  // namespace scotoma
