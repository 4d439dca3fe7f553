// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/shrinking.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/report/svg.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

std::string in_quotes(std::string_view text) { return fmt::format("“{}”", text); }

std::string row(const Hypothesis& h, const std::string& without, const std::string& left, const Rate& rate,
                std::string_view verdict) {
  const bool seen = rate.valid > 0;
  return fmt::format("<tr><th scope=\"row\">{}</th>{}<td class=\"chart\">{}</td>{}{}<td>{}</td></tr>\n",
                     escape_html(without), table_cell("Left:", escape_html(left)), seen ? rate_bar(rate, tone(h)) : "",
                     table_cell("Rate", seen ? percent(rate.rate) : "–", "number"),
                     table_cell("Images", seen ? fraction(rate) : "–", "number"), verdict);
}

/// Refused by the embedder, without an image.
bool says_less(const ShrinkStep& step) {
  return !step.kept && step.meaning && step.rate.valid + step.rate.invalid == 0;
}

std::string step_row(const Hypothesis& h, const ShrinkStep& step) {
  return row(h, "without " + in_quotes(step.without),
             step.phrase.empty() ? "the base prompt alone" : in_quotes(step.phrase), step.rate,
             step.kept ? "<span class=\"badge\">not needed</span>"
             : says_less(step)
                 ? fmt::format("<span class=\"badge\">needed to say it</span> <span class=\"soft small\">{} of the "
                               "meaning left</span>",
                               percent(std::max(0.0, *step.meaning)))
                 : fmt::format("<span class=\"badge confirmed {}\">needed</span>", name_of(h.direction)));
}

std::string shrunk(const Study& study, const Hypothesis& h) {
  std::string html;
  if (!h.shrunk_from.empty()) {
    html += fmt::format("<p>Shrunk from <b>{}</b> to <b>{}</b>: what is gone changes nothing.</p>\n",
                        escape_html(in_quotes(h.shrunk_from)), escape_html(in_quotes(h.phrase.text)));
  } else if (!h.shrink_steps.empty()) {
    html += "<p>None of its words can be left out.</p>\n";
  }
  if (!h.merged.empty()) {
    std::vector<std::string> phrases;
    for (const std::string& phrase : h.merged) phrases.push_back(escape_html(in_quotes(phrase)));
    html += fmt::format("<p>{} shrank to the same words, so this stands for {}.</p>\n", listed(phrases),
                        phrases.size() == 1 ? "both" : "all of them");
  }
  if (h.shrink_steps.empty()) return html;
  html +=
      "<table class=\"words\">\n<thead><tr><th scope=\"col\">Tried</th><th scope=\"col\">What is left</th><th "
      "scope=\"col\">0 to 100\u00A0%</th><th scope=\"col\" class=\"number\">Rate</th><th scope=\"col\" "
      "class=\"number\">Images</th><th scope=\"col\">These words are</th></tr></thead>\n<tbody>\n";
  for (const ShrinkStep& step : h.shrink_steps) html += step_row(h, step);
  return html + fmt::format(
                    "</tbody></table>\n<p class=\"soft\">Share of valid images that {}. These images chose "
                    "the words, so their rates only describe; confirmation and audit generated others.</p>\n",
                    event_words(study, h.direction));
}

/// "“dark” alone 4 %, “on a plate” alone 6 %, together 90 %."
std::string parts(const Study& study, const Hypothesis& h) {
  if (h.part_rates.empty()) return {};
  std::string text;
  std::string rows;
  for (const PartRate& part : h.part_rates) {
    const std::string alone = in_quotes(part.phrase) + " alone";
    text += fmt::format("{} {}, ", alone, part.rate.valid > 0 ? percent(part.rate.rate) : "not known");
    rows += rate_row(capitalised(alone), part.rate, "base");
  }
  const Rate& whole = h.measured();
  const bool in_turn = h.source == Source::either;  // a disjunction: its images take the phrases in turn
  const std::string_view together = in_turn ? "in turn" : h.part_rates.size() == 2 ? "both" : "all together";
  text += fmt::format("{} {}", together, whole.valid > 0 ? percent(whole.rate) : "not known");
  const bool explained = in_turn || std::any_of(h.part_rates.begin(), h.part_rates.end(), [&](const PartRate& part) {
                           return part.rate.valid == 0 || whole.valid == 0 || part.rate.high >= whole.low;
                         });
  return fmt::format(
      "<p>The pieces by themselves: <b>{}</b>.{}</p>\n<div class=\"rates\">\n{}{}<p class=\"soft\">Share of valid "
      "images that {}.</p></div>\n",
      escape_html(text), explained ? "" : " It takes the combination.", rows,
      rate_row(capitalised(std::string(together)), whole, tone(h)), event_words(study, h.direction));
}

}  // namespace

std::string wording_block(const Study& study, const Hypothesis& h) {
  const std::string html = parts(study, h) + shrunk(study, h);
  return html.empty() ? html : "<section class=\"wording\"><h5>Which words matter?</h5>\n" + html + "</section>\n";
}

std::string shrinking_words(const Findings& findings, const Hypothesis& h) {
  if (h.status == Status::merged) {
    for (const Hypothesis& other : findings.hypotheses) {
      if (other.label == h.label &&
          std::find(other.merged.begin(), other.merged.end(), h.phrase.text) != other.merged.end())
        return "shrank to " + in_quotes(other.phrase.text);
    }
  }
  return h.shrunk_from.empty() ? "" : "shrunk from " + in_quotes(h.shrunk_from);
}

}  // namespace scotoma
