#include "report/bug_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "finding/count.h"
#include "report/svg.h"
#include "report/text.h"
#include "report/words.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

constexpr std::size_t kMainPictures = 12;  // showing the event
constexpr std::size_t kOtherPictures = 6;  // not showing it
constexpr std::size_t kPairs = 6;
constexpr std::size_t kSeeds = 8;

bool fails(const Hypothesis& h) { return h.direction == Direction::fails; }
std::string_view tone(const Hypothesis& h) { return fails(h) ? "fail" : "pass"; }
/// "61 of 94 fail", "61 of 94 are recognised".
std::string_view verb(const Hypothesis& h) { return fails(h) ? "fail" : "are recognised"; }
std::string_view singular_verb(const Hypothesis& h) { return fails(h) ? "fails" : "is recognised"; }
std::string_view past(const Hypothesis& h) { return fails(h) ? "failed" : "were recognised"; }
std::string_view past_singular(const Hypothesis& h) { return fails(h) ? "failed" : "was recognised"; }

std::string block(std::string_view heading, std::string_view html) {
  return fmt::format("<section class=\"block\"><h4>{}</h4>\n{}</section>\n", heading, html);
}

std::string left_out(const Rate& rate, const std::string& label) {
  if (rate.invalid == 0) return {};
  return fmt::format(" {} more {} left out: the judge did not see {} there.", grouped(rate.invalid),
                     rate.invalid == 1 ? "was" : "were", escape_html(with_article(label)));
}

std::string rates(const Page& page, const Hypothesis& h) {
  std::string rows = rate_row(fmt::format("With “{}”", h.phrase.text), h.audit, tone(h));
  rows += rate_row("Same seeds, without it", h.audit_base, "base");
  rows += rate_row("Neutral prompts", base_rate(page.findings, h), "base");
  return fmt::format(
      "<div class=\"rates\">\n{}<p class=\"soft\">Share of valid pictures that {}. "
      "Whiskers: 95\u00A0% intervals.</p></div>\n",
      rows, verb(h));
}

std::string chance(const Page& page, const Hypothesis& h) {
  const EvidenceOptions& options = page.study.evidence;
  std::string text = fmt::format(
      "<p>Suppose {} {} {} of the time or less: the most that the base pictures allow, plus {:g} points. Then evidence "
      "as "
      "strong as this would turn up <strong>at most once in {}</strong> trials. ",
      escape_html(subject(h)), fails(h) ? "failed" : "was recognised", percent(h.null_rate), 100 * options.delta,
      one_in(h.log_e_value));
  text += fmt::format("Because up to {} hypotheses may be tried, a claim had to reach once in {}.</p>\n",
                      grouped(options.max_hypotheses), one_in(page.findings.rejection_threshold));
  const std::string curve = evidence_curve(h.log_e_path, page.findings.rejection_threshold, tone(h));
  text += fmt::format("<p>{} of {} pictures, drawn after the search for this test only, {}.</p>\n",
                      grouped(h.confirmed.failures), grouped(h.confirmed.valid), past(h));
  if (!curve.empty()) {
    text += fmt::format(
        "<figure class=\"plot\">{}<figcaption class=\"soft\">Evidence after each picture, on a "
        "logarithmic scale; dashed: what it had to reach.</figcaption></figure>\n",
        curve);
  }
  return block("Could it be chance?", text);
}

std::string audit(const Hypothesis& h) {
  const std::string change =
      h.lift_low > 0 ? fmt::format("That is {:.0f} to {:.0f} points more than neutral pictures of the label.",
                                   100 * h.lift_low, 100 * h.lift_high)
                     : fmt::format("Compared with neutral pictures of the label, that is {:+.0f} to {:+.0f} points.",
                                   100 * h.lift_low, 100 * h.lift_high);
  return block(
      "How often does it happen?",
      fmt::format(
          "<p>To measure the rate without luck or selection, {} more pictures were drawn once everything was "
          "decided: <strong>{} {} ({})</strong>; with 95\u00A0% confidence the true rate is {}.{}</p>\n<p>{}</p>\n",
          grouped(h.audit.valid + h.audit.invalid), fraction(h.audit), verb(h), percent(h.audit.rate),
          interval_text(h.audit), left_out(h.audit, h.label), change));
}

std::string split_words(const Hypothesis& h) {
  if (h.mcnemar_p > 0.05) return "A split like this could well be chance.";
  return fmt::format("If the phrase changed nothing, a split as uneven as this would turn up once in {} trials.",
                     one_in(-std::log(h.mcnemar_p)));
}

std::string is_it_the_phrase(const Hypothesis& h) {
  const int pairs = h.only_with + h.only_without + h.both + h.neither;
  if (pairs == 0) return {};
  const auto entry = [](std::string_view key, std::string_view words, int count) {
    return fmt::format("<li><span class=\"key {}\"></span>{} <b>{}</b></li>", key, words, grouped(count));
  };
  std::string text = fmt::format(
      "<p>{} were drawn twice, with and without “{}”. With it <strong>{}</strong> {}, without it "
      "<strong>{}</strong>. {}</p>\n",
      capitalised(counted(pairs, "seed")), escape_html(h.phrase.text), grouped(h.only_with + h.both), past(h),
      grouped(h.only_without + h.both), split_words(h));
  text += parts_bar(
      {{h.only_with, "only-with"}, {h.both, "both"}, {h.neither, "neither"}, {h.only_without, "only-without"}});
  text += fmt::format("<ul class=\"legend\">{}{}{}{}</ul>\n", entry("only-with", "only with it", h.only_with),
                      entry("both", "both", h.both), entry("neither", "neither", h.neither),
                      entry("only-without", "only without it", h.only_without));
  return block("Is it the phrase?", text);
}

std::string taken_for(const Page& page, const Hypothesis& h) {
  const auto answers = page.answers.wrong(h.audit_samples);
  if (answers.empty()) return {};
  std::string rows;
  for (std::size_t i = 0; i < std::min<std::size_t>(answers.size(), 4); ++i) {
    const double share = static_cast<double>(answers[i].second) / std::max(1, h.audit.valid);
    rows += fmt::format("<li><span>{}</span>{}<b>{}</b></li>\n", escape_html(answers[i].first),
                        rate_bar({0, 1, 0, share, share, share}, "plain fail"), grouped(answers[i].second));
  }
  return block(fails(h) ? "What is it taken for?" : "What are the others taken for?",
               fmt::format("<ul class=\"answers\">\n{}</ul>\n", rows));
}

std::string pictures(Page& page, const Hypothesis& h) {
  const auto failing = [](const Sample& s) { return s.failure(); };
  const auto passing = [](const Sample& s) { return s.valid() && s.correct; };
  const std::string fail = gallery(page, h.audit_samples, fails(h) ? kMainPictures : kOtherPictures, failing);
  const std::string pass = gallery(page, h.audit_samples, fails(h) ? kOtherPictures : kMainPictures, passing);
  const std::string fail_part = fail.empty() ? "" : "<h4>Pictures that fail</h4>\n" + fail;
  const std::string pass_part = pass.empty() ? "" : "<h4>Pictures that are recognised</h4>\n" + pass;
  if (fail.empty() && pass.empty()) return {};
  return (fails(h) ? fail_part + pass_part : pass_part + fail_part) +
         "<p class=\"soft\">The first of the audit in the order in which they were drawn, not picked by hand.</p>\n";
}

/// Pairs in which the phrase makes the difference.
std::string pairs(Page& page, const Hypothesis& h) {
  const auto event = [&](const Sample& s) { return s.correct != fails(h); };
  std::string html;
  std::size_t shown = 0;
  for (const Pair& pair : h.pairs) {
    if (shown == kPairs) break;
    if (!pair.with.valid() || !pair.without.valid() || !event(pair.with) || event(pair.without)) continue;
    html += fmt::format("<div class=\"pair\">{}{}</div>\n", tile(page, pair.without, "without"),
                        tile(page, pair.with, "with"));
    ++shown;
  }
  if (html.empty()) return {};
  return fmt::format(
      "<h4>Same seed, without and with “{}”</h4>\n<div class=\"pairs\">\n{}</div>\n"
      "<p class=\"soft\">{} of the {} in which only the picture with the phrase {}.</p>\n",
      escape_html(h.phrase.text), html, shown == static_cast<std::size_t>(h.only_with) ? "All" : "The first",
      counted(h.only_with, "pair"), past_singular(h));
}

std::string reproduce(const Page& page, const Hypothesis& h) {
  std::string seeds;
  std::size_t count = 0;
  for (const Sample& sample : h.audit_samples) {
    if (count == kSeeds) break;
    if (!sample.valid() || sample.correct == fails(h)) continue;
    seeds += fmt::format("{}{}", count++ == 0 ? "" : ", ", sample.draw.seed);
  }
  std::string base;
  if (const BaseResult* result = base_of(page.findings.bases, h.label); result != nullptr) {
    for (const std::string& prompt : result->prompts) base += fmt::format("<code>{}</code><br>", escape_html(prompt));
  }
  return fmt::format(
      "<h4>Reproduce it</h4>\n<dl class=\"facts\">\n<dt>Prompt</dt><dd><code>{}</code></dd>\n"
      "<dt>Without the phrase</dt><dd>{}</dd>\n<dt>Seeds that {}</dt><dd class=\"numbers\">{}</dd>\n"
      "<dt>Command</dt><dd><code class=\"command\">{}</code></dd>\n</dl>\n",
      escape_html(h.prompt), base, singular_verb(h) == "fails" ? "fail" : "pass", seeds,
      escape_html(probe_command(page.study, h)));
}

std::string lead(const Page& page, const Hypothesis& h) {
  const Rate base = base_rate(page.findings, h);
  std::string text = fmt::format("{} of pictures of {} {}", percent(h.audit.rate), subject(h), verb(h));
  if (base.valid > 0)
    text += fmt::format("; of neutral pictures of {} it is {}", with_article(h.label), percent(base.rate));
  return escape_html(text + ".");
}

}  // namespace

std::string bug_card(Page& page, const Hypothesis& h, std::string_view kicker) {
  std::string html = fmt::format(
      "<article class=\"card {}\" id=\"{}\">\n<p class=\"kicker\">{}</p>\n<h3>{}</h3>\n<p class=\"lead\">{}</p>\n",
      tone(h), anchor(h), escape_html(kicker), escape_html(sentence(h)), lead(page, h));
  html += rates(page, h) + pictures(page, h) + pairs(page, h);
  html +=
      "<div class=\"blocks\">\n" + audit(h) + taken_for(page, h) + is_it_the_phrase(h) + chance(page, h) + "</div>\n";
  return html + reproduce(page, h) + "</article>\n";
}

std::string label_card(Page& page, const BaseResult& base) {
  const auto failing = [](const Sample& s) { return s.failure(); };
  const auto passing = [](const Sample& s) { return s.valid() && s.correct; };
  const std::string fail = gallery(page, base.samples, kMainPictures, failing);
  const std::string pass = gallery(page, base.samples, kOtherPictures, passing);
  const double level =
      1 - page.study.evidence.alpha0 / std::max<double>(1, static_cast<double>(page.findings.bases.size()));
  std::string html = fmt::format(
      "<article class=\"card fail\">\n<p class=\"kicker\">Fails nearly everywhere</p>\n<h3>{} is mostly not "
      "recognised.</h3>\n",
      escape_html(capitalised(with_article(base.label))));
  html +=
      fmt::format("<p class=\"lead\">{} of neutral pictures fail{}.</p>\n<div class=\"rates\">\n{}</div>\n",
                  percent(base.rate.rate),
                  base.predicted.empty() ? "" : ", most often taken for " + escape_html(with_article(base.predicted)),
                  rate_row("Neutral prompts", base.rate, "fail"));
  html += fmt::format(
      "<p>With {:.4g}\u00A0% confidence the true failure rate is above {}. No phrase is needed for that, so the search "
      "asked the opposite: when is it recognised?</p>\n",
      100 * level, percent(base.lower));
  if (!fail.empty()) html += "<h4>Pictures that fail</h4>\n" + fail;
  if (!pass.empty()) html += "<h4>Pictures that are recognised</h4>\n" + pass;
  return html + "</article>\n";
}

}  // namespace scotoma
