// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/bug_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "scotoma/finding/claims.h"
#include "scotoma/report/svg.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kAnswers = 4;

std::string block(std::string_view heading, std::string_view html) {
  return fmt::format("<section class=\"block\"><h5>{}</h5>\n{}</section>\n", heading, html);
}

std::string left_out(const Study& study, const Rate& rate, const std::string& label) {
  if (rate.invalid == 0) return {};
  return fmt::format(" {} more {} left out: the judge did not see {} there.", grouped(rate.invalid),
                     rate.invalid == 1 ? "was" : "were", escape_html(with_article(study, label)));
}

/// Where the rate comes from when nothing was left to measure it well.
std::string not_audited(const Study& study, const Hypothesis& h) {
  const std::string reason =
      h.audit.invalid == 0 ? "the study's images were used up"
                           : fmt::format("the judge did not see {} in any of the {} generated for it",
                                         escape_html(with_article(study, h.label)), counted(h.audit.invalid, "image"));
  const Rate& rate = h.measured();
  if (rate.valid == 0) return fmt::format("<p>Not audited: {}. Its rate is not known.</p>\n", reason);
  return fmt::format(
      "<p>Not audited: {}. The rate is from confirmation, which stops when it has seen enough, so it may be too high: "
      "<strong>{} {} ({})</strong>.{}</p>\n",
      reason, fraction(rate), event_past(study, h.direction), percent(rate.rate), left_out(study, rate, h.label));
}

/// What a person's answers make of it.
std::string reviewed(const Study& study, const Hypothesis& h) {
  if (!h.reviewed) return {};
  return fmt::format(
      "<p>The rates above are of what the judge accepted. A person looked at some of the images and disagreed with "
      "the judge on {} of {}; joined with the judge's answers to all, that makes <strong>{}</strong>.</p>\n",
      grouped(h.reviewed->disagreed), grouped(h.reviewed->reviewed), escape_html(reviewed_text(study, h)));
}

std::string how_often(const Study& study, const Hypothesis& h) {
  if (!h.audited()) return block("How often does it happen?", not_audited(study, h));
  return block(
      "How often does it happen?",
      fmt::format("<p>To measure the rate without luck or selection, {} more images were generated once everything was "
                  "decided: <strong>{} {} ({})</strong>; with 95\u00A0% confidence the true rate is {}.{}</p>\n",
                  grouped(h.audit.valid + h.audit.invalid), fraction(h.audit), event_words(study, h.direction),
                  percent(h.audit.rate), interval_text(h.audit), left_out(study, h.audit, h.label)) +
          reviewed(study, h));
}

/// audit - audit_base with its interval, which is that of the pairs.
std::string difference(const PairedEffect& effect) {
  const double low = 100 * effect.lift_low;
  const double high = 100 * effect.lift_high;
  if (low > 0) {
    return fmt::format(
        "With the phrase the rate is <strong>{:.0f} to {:.0f} points higher</strong> (95\u00A0% interval).", low, high);
  }
  return fmt::format(
      "How much the phrase changes the rate is not certain: between {:+.0f} and {:+.0f} points (95\u00A0% interval).",
      low, high);
}

std::string split_words(const PairedEffect& effect) {
  if (effect.mcnemar_p > 0.05) return "A split like this could well be chance.";
  return fmt::format("If the phrase changed nothing, a split as uneven as this would turn up once in {} trials.",
                     one_in(-std::log(effect.mcnemar_p)));
}

std::string is_it_the_phrase(const Study& study, const Hypothesis& h) {
  if (!h.audited() || !h.effect || h.effect->pairs() == 0) return {};
  const PairedEffect& effect = *h.effect;
  const auto entry = [](std::string_view key, std::string_view words, int count) {
    return fmt::format("<li><span class=\"key {}\"></span>{} <b>{}</b></li>", key, words, grouped(count));
  };
  const std::string past = event_past(study, h.direction);
  std::string text = fmt::format(
      "<p>{} used twice, with and without “{}”. With it <strong>{}</strong> {}, without it <strong>{}</strong>. {}"
      "</p>\n<p>{}</p>\n",
      capitalised(counted(effect.pairs(), "seed was", "seeds were")), escape_html(h.phrase.text),
      grouped(effect.only_with + effect.both), past, grouped(effect.only_without + effect.both), difference(effect),
      split_words(effect));
  text += parts_bar({{effect.only_with, "only-with"},
                     {effect.both, "both"},
                     {effect.neither, "neither"},
                     {effect.only_without, "only-without"}});
  text += fmt::format(
      "<ul class=\"legend\"><li>{}:</li>{}{}{}{}</ul>\n", fails(h) ? "Failed" : capitalised(recognised(study)),
      entry("only-with", "only with it", effect.only_with), entry("both", "both times", effect.both),
      entry("neither", "neither time", effect.neither), entry("only-without", "only without it", effect.only_without));
  return block("Is it the phrase?", text);
}

std::string misclassified_as(const Page& page, const Hypothesis& h) {
  const std::string answers = answers_list(page, evidence_of(h), h.audited() ? " of the audit" : " of confirmation");
  if (answers.empty()) return {};
  return block(fails(h) ? "What is it misclassified as?" : "What are the others misclassified as?", answers);
}

/// The strength of the evidence, as odds against chance.
std::string odds(const Page& page, const Hypothesis& h) {
  const EvidenceOptions& options = page.study.evidence;
  std::string text = fmt::format(
      "<p>{} of {} images {}, generated after the search and for this test only; of as fresh baseline images {} of {} "
      "did. "
      "Suppose the phrase adds {:g} points or less to the true baseline rate, whatever that is. Then evidence as "
      "strong as this, from both samples together, would turn up <strong>at most once in {}</strong> trials. ",
      grouped(h.confirmed.failures), grouped(h.confirmed.valid), event_past(page.study, h.direction),
      grouped(h.base_events), grouped(h.base_valid), 100 * options.delta, one_in(h.log_e_value));
  const int trials = h.wave ? trials_of(page.findings.hypotheses, *h.wave) : slots(page.study);
  return text + fmt::format(
                    "{} put to the test at once; all that were confirmed together reached the bar that allows for "
                    "that.</p>\n",
                    trials == 1 ? "One phrase was" : fmt::format("{} were", counted(trials, "phrase")));
}

std::string chance(const Page& page, const Hypothesis& h) {
  if (h.confirmed.valid == 0) return {};
  if (page.study.evidence.rule == EvidenceRule::fixed) {
    return block("Could it be chance?",
                 fmt::format("<p><strong>It could: nothing was tested.</strong> {} of {} images {}, and {} of {} "
                             "baseline ones; the study's rule is \"fixed\", which lists whatever is more.</p>\n",
                             grouped(h.confirmed.failures), grouped(h.confirmed.valid),
                             event_past(page.study, h.direction), grouped(h.base_events), grouped(h.base_valid)));
  }
  std::string text = odds(page, h);
  const double threshold = page.findings.rejection_threshold;
  const std::string curve = evidence_curve(h.log_e_path, threshold, tone(h));
  if (!curve.empty()) {
    text += fmt::format(
        "<figure class=\"plot\">{}<figcaption class=\"soft\">Evidence after each image, on a logarithmic scale; "
        "dashed: what it had to reach.</figcaption></figure>\n",
        curve);
  }
  return block("Could it be chance?", text);
}

}  // namespace

std::string answers_list(const Page& page, const std::vector<Sample>& samples, std::string_view whence) {
  const auto answers = page.answers.wrong(samples);
  if (answers.empty()) return {};
  const auto valid = std::count_if(samples.begin(), samples.end(), [](const Sample& s) { return s.valid(); });
  const auto row = [&](const std::string& name, int count) {
    const double share = static_cast<double>(count) / static_cast<double>(valid);
    return fmt::format("<li><span>{}</span>{}<b>{}</b></li>\n", escape_html(name),
                       rate_bar({0, 1, 0, share, share, share}, "plain fail"), grouped(count));
  };
  std::string rows;
  const std::size_t named = std::min(answers.size(), kAnswers);
  for (std::size_t i = 0; i < named; ++i) rows += row(answers[i].first, answers[i].second);
  const int rest = std::accumulate(answers.begin() + static_cast<std::ptrdiff_t>(named), answers.end(), 0,
                                   [](int sum, const auto& answer) { return sum + answer.second; });
  if (rest > 0) rows += row("other labels", rest);
  return fmt::format("<ul class=\"answers\">\n{}</ul>\n<p class=\"soft\">Of {}{}.</p>\n", rows,
                     counted(static_cast<int>(valid), "valid image"), whence);
}

std::string evidence_blocks(const Page& page, const Hypothesis& h) {
  assert(h.status == Status::confirmed);
  return "<div class=\"blocks\">\n" + how_often(page.study, h) + is_it_the_phrase(page.study, h) +
         misclassified_as(page, h) + chance(page, h) + "</div>\n";
}

}  // namespace scotoma
