#include "report/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/svg.h"
#include "report/text.h"
#include "report/words.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

constexpr std::size_t kClusterPictures = 6;
constexpr std::size_t kTinyPictures = 2;

std::string source_words(const Hypothesis& h) {
  if (h.source == "user") return "asked for by the user";
  const Phrase& phrase = h.phrase;
  if (phrase.cluster_captions == 0) return {};
  return fmt::format("in {} of {} captions of the group, {} of {} of the others", phrase.in_cluster,
                     phrase.cluster_captions, phrase.in_contrast, phrase.contrast_captions);
}

std::string claim(const Hypothesis& h) {
  const std::string& wrong = h.status == Status::confirmed ? h.predicted : h.expected;
  const std::string outcome = h.direction == Direction::passes ? "recognised"
                              : wrong.empty()                  ? "not recognised"
                                                               : wrong;
  const std::string text = escape_html(fmt::format("{} → {}", subject(h), outcome));
  const std::string linked =
      h.status == Status::confirmed ? fmt::format("<a href=\"#{}\">{}</a>", anchor(h), text) : text;
  const std::string source = escape_html(source_words(h));
  return source.empty() ? linked : fmt::format("{}<br><span class=\"soft small wide\">{}</span>", linked, source);
}

std::string tried(const Rate& rate) { return rate.valid == 0 ? "–" : fmt::format("{}", fraction(rate)); }

/// How often evidence as strong would turn up by chance, at most.
std::string by_chance(const Hypothesis& h) {
  if (h.confirmed.valid == 0) return "–";
  return h.log_e_value < std::log(2) ? "often" : "1 in " + one_in(h.log_e_value);
}

std::string hypothesis_row(const Hypothesis& h) {
  const bool confirmed = h.status == Status::confirmed;
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td><span class=\"badge {} {}\">{}</span></td><td class=\"number wide\">{}</td>"
      "<td class=\"number wide\">{}</td><td class=\"number wide\">{}</td><td class=\"number\">{}</td></tr>\n",
      claim(h), status_name(h.status), direction_name(h.direction), status_words(h.status), tried(h.explored),
      tried(h.confirmed), by_chance(h), confirmed ? fmt::format("<b>{}</b>", percent(h.audit.rate)) : "–");
}

/// "2 confirmed; 30 dropped early; 3 without enough evidence".
std::string tally(const std::vector<Hypothesis>& hypotheses) {
  const auto outcome_words = [](Status status) -> std::string_view {
    if (status == Status::not_confirmed) return "without enough evidence";
    if (status == Status::undrawable) return "that could not be drawn";
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

std::string cluster_figure(Page& page, const Cluster& cluster, std::size_t i) {
  const std::string caption = i < cluster.captions.size() ? cluster.captions[i] : "";
  const std::string alt = caption.empty() ? "picture of " + with_article(cluster.label) : caption;
  return fmt::format("<figure class=\"tile\">{}<figcaption>{}</figcaption></figure>\n",
                     page.pictures.show(cluster.members[i].image, alt), escape_html(caption));
}

std::string cluster_block(Page& page, const Cluster& cluster) {
  const std::string outcome = cluster.direction == Direction::passes
                                  ? "recognised"
                                  : fmt::format("taken for {}", with_article(cluster.predicted));
  std::string figures;
  const std::size_t limit = std::min(cluster.members.size(), cluster.tiny ? kTinyPictures : kClusterPictures);
  for (std::size_t i = 0; i < limit; ++i) figures += cluster_figure(page, cluster, i);
  return fmt::format(
      "<section class=\"cluster\"><h3>{} {} <span class=\"soft\">{}</span></h3>\n<div "
      "class=\"gallery\">\n{}</div></section>\n",
      escape_html(capitalised(with_article(cluster.label))), escape_html(outcome),
      counted(static_cast<int>(cluster.members.size()), "picture"), figures);
}

std::string base_row(const BaseResult& base) {
  const bool seen = base.rate.valid > 0;
  const std::string_view tone = base.everywhere ? "fail" : "base";
  std::string remark = base.predicted.empty() ? "–" : escape_html(base.predicted);
  if (base.undrawable) remark = "<span class=\"badge\">cannot be drawn</span>";
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td class=\"chart\">{}</td><td class=\"number\">{}</td><td class=\"number "
      "wide\">{}</td>"
      "<td class=\"number wide\">{}</td><td class=\"number wide\">{}</td><td>{}</td></tr>\n",
      escape_html(base.label), seen ? rate_bar(base.rate, tone) : "", seen ? percent(base.rate.rate) : "–",
      seen ? interval_text(base.rate) : "–", tried(base.rate), grouped(base.rate.invalid), remark);
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
      "<p>{}: {}. What looked promising on a few pictures was put to the test on new ones.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Hypotheses\" tabindex=\"0\"><table>\n<thead><tr><th "
      "scope=\"col\">Claim</th><th scope=\"col\">Result</th>"
      "<th scope=\"col\" class=\"number wide\">Explored</th><th scope=\"col\" class=\"number wide\">Tested</th>"
      "<th scope=\"col\" class=\"number wide\">By chance</th><th scope=\"col\" "
      "class=\"number\">Audit</th></tr></thead>\n<tbody>\n",
      capitalised(counted(static_cast<int>(hypotheses.size()), "hypothesis", "hypotheses")), tally(hypotheses));
  for (const Hypothesis& h : hypotheses) html += hypothesis_row(h);
  return html +
         "</tbody></table></div>\n<p class=\"soft wide\">Explored, tested: valid pictures that show the claim. By "
         "chance: how often "
         "evidence as strong would turn up at most, were the claim false. Audit: the rate on pictures drawn "
         "afterwards.</p>\n</section>\n";
}

std::string clusters_section(Page& page) {
  std::string large;
  std::string tiny;
  int tiny_count = 0;
  for (const Cluster& cluster : page.findings.clusters) {
    (cluster.tiny ? tiny : large) += cluster_block(page, cluster);
    tiny_count += cluster.tiny ? 1 : 0;
  }
  if (large.empty() && tiny.empty()) return {};
  std::string html =
      "<section id=\"groups\">\n<h2>Failures that look alike</h2>\n"
      "<p>Pictures from neutral prompts, grouped by the classifier's answer and by looks, the most typical first, with "
      "what the "
      "captioner said of them. The hypotheses come from these words.</p>\n";
  html += "<div class=\"clusters\">\n" + large + "</div>\n";
  if (!tiny.empty()) {
    html += fmt::format(
        "<details><summary>{} of fewer than {} pictures</summary>\n<div class=\"clusters tiny\">\n{}</div></details>\n",
        capitalised(counted(tiny_count, "small group")), page.study.search.tiny_cluster, tiny);
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
  for (const BaseResult* base : bases) rows += base_row(*base);
  return "<section id=\"base-rates\">\n<h2>Failures under neutral prompts</h2>\n<p>How often each label fails when "
         "nothing is said but its name: the yardstick for every claim above.</p>\n<div class=\"scroll\" "
         "role=\"region\" aria-label=\"Base rates\" tabindex=\"0\"><table "
         "class=\"base-rates\">\n<thead><tr><th scope=\"col\">Label</th><th scope=\"col\">0 to 100\u00A0%</th>"
         "<th scope=\"col\" class=\"number\">Fails</th><th scope=\"col\" class=\"number wide\">95\u00A0% interval</th>"
         "<th scope=\"col\" class=\"number wide\">Failures</th><th scope=\"col\" class=\"number wide\">Left out</th>"
         "<th scope=\"col\">Taken for</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n</section>\n";
}

}  // namespace scotoma
