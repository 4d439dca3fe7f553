// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/cause_card.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/count.h"
#include "scotoma/report/bug_card.h"
#include "scotoma/report/bug_evidence.h"
#include "scotoma/report/cross_block.h"
#include "scotoma/report/side_by_side.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/spread.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kFailing = 8;  // images: a row on a wide screen
constexpr std::size_t kPassing = 4;

/// Lowest and highest of what is known, as one text: "89 to 100 %".
class Range {
 public:
  void add(const Rate& rate) {
    if (rate.valid == 0) return;
    low_ = known_ ? std::min(low_, rate.rate) : rate.rate;
    high_ = known_ ? std::max(high_, rate.rate) : rate.rate;
    known_ = true;
  }

  std::string text() const {
    if (!known_) return {};
    const std::string low = percent(low_);
    const std::string high = percent(high_);
    return low == high ? high : fmt::format("{} to {}", low.substr(0, low.find("\u00A0")), high);
  }

 private:
  bool known_ = false;
  double low_ = 0;
  double high_ = 0;
};

struct Rates {
  std::string with;
  std::string baseline;
};

Rates rates_of(const Page& page, const Cause& cause) {
  Range with;
  Range baseline;
  for (const Hypothesis* bug : cause.bugs) {
    with.add(bug->measured());
    baseline.add(base_rate(page.findings, *bug));
  }
  return {with.text(), baseline.text()};
}

std::string lead(const Page& page, const Cause& cause) {
  const auto [with, baseline] = rates_of(page, cause);
  if (with.empty()) return {};
  const bool one = cause.bugs.size() == 1;
  const std::string against = baseline.empty() ? "" : fmt::format(", against {} of baseline images", baseline);
  if (cause.pooled) {
    return fmt::format(
        "<p class=\"lead\">{} of images with “{}” fail: {} to {} in its {}, each counted alike (95\u00A0% "
        "interval){}.</p>\n",
        percent(cause.pooled->rate), escape_html(cause.phrase.text), percent(cause.pooled->low),
        percent(cause.pooled->high), counted(static_cast<int>(cause.bugs.size()), "label"), against);
  }
  const std::string what =
      one ? "of " + subject(page.study, *cause.bugs[0]) : fmt::format("with “{}”", cause.phrase.text);
  return fmt::format("<p class=\"lead\">{} of images {} fail{}{}.</p>\n", with, escape_html(what),
                     one ? "" : " (lowest and highest label)", against);
}

std::string open_card(const std::string& id, const std::string& attributes, const std::string& kicker,
                      const std::string& sentence) {
  return fmt::format("<article class=\"card fail\" id=\"{}\"{}>\n<p class=\"kicker\">{}</p>\n<h3>{}</h3>\n", id,
                     attributes, escape_html(kicker), escape_html(sentence));
}

/// Where not every line on a card opens.
std::string lines_that_stay_closed(const Page& page, const std::vector<const Hypothesis*>& all) {
  const bool some = std::any_of(all.begin(), all.end(), [&](const Hypothesis* h) {
    return page.placed.contains(h) && !page.in_full.contains(h);
  });
  return some ? fmt::format(
                    "<p class=\"soft\">Of lines that do not open, <code>{}</code> says the rest: ID stands "
                    "behind the name, OUT is the folder of this report.</p>\n",
                    kShowCommand)
              : "";
}

/// A line for each, those above the first few folded together.
std::string rows(Page& page, const std::vector<const Hypothesis*>& all,
                 const std::function<std::string(const Hypothesis&)>& name, std::string_view noun) {
  std::string html;
  const std::size_t shown = std::min(all.size(), PageLimits::kCardRows);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i == PageLimits::kOpenRows) {
      html += fmt::format(
          "<details class=\"more-rows\"><summary>{}</summary>\n",
          counted(static_cast<int>(shown - i), fmt::format("more {}", noun), fmt::format("more {}s", noun)));
    }
    html += bug_row(page, *all[i], name(*all[i]));
  }
  if (shown > PageLimits::kOpenRows) html += "</details>\n";
  return "<div class=\"rows\">\n" + html + "</div>\n" +
         more_elsewhere(all.size() - shown, noun,
                        "the <a href=\"#" + std::string(noun == "exception" ? "more-systematic" : "more-bugs") +
                            "\">list</a> below") +
         lines_that_stay_closed(page, all);
}

/// What the bars are and what unfolds.
std::string rows_key(std::string_view event, std::string_view what) {
  return fmt::format(
      "<p class=\"soft\">Share of valid images that {}, with its 95\u00A0% interval; baseline: with "
      "nothing said but the label. Open a line for {}.</p>\n",
      event, what);
}

constexpr std::string_view kInside = "its images, the evidence, and how to reproduce it";

std::string misclassified_as(const Page& page, const BaseResult& base) {
  if (page.answers.wrong(base.samples).size() < 2) return {};  // the sentence says it
  const std::string answers = answers_list(page, base.samples, " of the baseline");
  return "<h4>What is it misclassified as?</h4>\n" + answers;
}

std::string certain(const Page& page, const BaseResult& base) {
  return fmt::format(
      "<p>With {:.4g}\u00A0% confidence the true failure rate is above {}; above {} a label counts as a systematic "
      "failure. No phrase is needed for that, so the search asked the opposite: when is it {}?</p>\n",
      100 * base.level, percent(base.lower), percent(page.study.evidence.failing_label_threshold),
      recognised(page.study));
}

std::string exceptions(Page& page, const SystematicFailure& failure) {
  if (failure.exceptions.empty()) {
    const auto& all = page.findings.hypotheses;
    const auto tried =
        std::count_if(all.begin(), all.end(), [&](const Hypothesis& h) { return h.label == failure.base->label; });
    return fmt::format("<p>No exception was confirmed: {}.</p>\n",
                       tried == 0
                           ? "no phrase came up to try"
                           : fmt::format("{} tried", counted(static_cast<int>(tried), "phrase was", "phrases were")));
  }
  return fmt::format("<h4>{}: here it passes</h4>\n",
                     capitalised(counted(static_cast<int>(failure.exceptions.size()), "exception"))) +
         rows(
             page, failure.exceptions, [](const Hypothesis& h) { return circumstance(h.phrase); }, "exception") +
         rows_key(event_words(page.study, Direction::passes), kInside);
}

}  // namespace

std::string rates_text(const Page& page, const Cause& cause) {
  const auto [with, baseline] = rates_of(page, cause);
  if (with.empty()) return {};
  return fmt::format("{} fail{}", with, baseline.empty() ? "" : fmt::format("; baseline {}", baseline));
}

std::string cause_top(Page& page, const Cause& cause, std::size_t number) {
  const bool correlation = std::any_of(cause.cross.begin(), cause.cross.end(),
                                       [&](const CrossRow* row) { return spread_of(page.findings, *row).further; });
  const std::string kicker = fmt::format("Cause {}{}", number, correlation ? " · spurious correlation" : "");
  return open_card(anchor(cause), "", kicker, sentence(page.study, cause)) + lead(page, cause) +
         side_by_side(page, cause.bugs);
}

std::string cause_rest(Page& page, const Cause& cause) {
  const auto name = [&](const Hypothesis& h) {
    const bool same = h.phrase.text == cause.phrase.text;
    return same ? h.label : fmt::format("{} (“{}”)", h.label, h.phrase.text);
  };
  return fmt::format("<h4>{}</h4>\n", capitalised(counted(static_cast<int>(cause.bugs.size()), "label"))) +
         rows(page, cause.bugs, name, "label") + rows_key("fail", kInside) + cross_block(page, cause) + "</article>\n";
}

std::string failure_top(Page& page, const SystematicFailure& failure, std::size_t number) {
  const BaseResult& base = *failure.base;
  const std::string images = gallery(page, base.samples, kFailing, [](const Sample& s) { return s.failure(); });
  return open_card(anchor(failure), failure_attributes(base, sentence(page.study, failure)),
                   fmt::format("Systematic failure {}", number), sentence(page.study, failure)) +
         (images.empty() ? ""
                         : images + "<p class=\"soft\">The first baseline images that fail, not picked by hand.</p>\n");
}

std::string failure_rest(Page& page, const SystematicFailure& failure) {
  const BaseResult& base = *failure.base;
  const std::string passing =
      gallery(page, base.samples, kPassing, [](const Sample& s) { return s.valid() && s.correct; });
  return "<div class=\"rates\">\n" + rate_row("Baseline images", base.rate, "fail") + "</div>\n" + certain(page, base) +
         misclassified_as(page, base) + exceptions(page, failure) +
         (passing.empty() ? ""
                          : fmt::format("<details><summary>Baseline images that {}</summary>\n{}</details>\n",
                                        event_words(page.study, Direction::passes), passing)) +
         cross_block(page, failure) + "</article>\n";
}

}  // namespace scotoma
