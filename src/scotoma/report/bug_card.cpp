// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/bug_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "scotoma/finding/beside_search.h"
#include "scotoma/finding/count.h"
#include "scotoma/report/bug_evidence.h"
#include "scotoma/report/shrinking.h"
#include "scotoma/report/svg.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/beside_search.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

// A row of images on a wide screen has eight.
constexpr std::size_t kMainImages = 8;   // showing the event
constexpr std::size_t kOtherImages = 4;  // not showing it
constexpr std::size_t kPairs = 6;
constexpr std::size_t kSeeds = 4;

bool failing(const Sample& s) { return s.failure(); }
bool passing(const Sample& s) { return s.valid() && s.correct; }

std::string lead(const Page& page, const Hypothesis& h) {
  const Rate& rate = h.measured();
  if (rate.valid == 0) return {};
  const Rate base = base_rate(page.findings, h);
  std::string text = fmt::format("{} of images of {} {}", percent(rate.rate), subject(page.study, h),
                                 event_words(page.study, h.direction));
  if (base.valid > 0) {
    text += fmt::format(", against {} of baseline images of {}", percent(base.rate), with_article(page.study, h.label));
  }
  return fmt::format("<p class=\"lead\">{}.{}</p>\n", escape_html(text),
                     h.audited() ? "" : " <span class=\"badge caution\">not audited</span>");
}

/// What the certificate says of the same claim, where it asks about it.
std::string certified(const Page& page, const Hypothesis& h) {
  const CertificateCell* cell = same_claim(page.findings, h);
  if (cell == nullptr) return {};
  return fmt::format("<p>{} <a href=\"#certificate\">What is certified</a></p>\n",
                     escape_html(certificate_sentence(*page.findings.certificate, *cell)));
}

std::string rates(const Page& page, const Hypothesis& h) {
  std::string rows = rate_row(fmt::format("With “{}”", h.phrase.text), h.measured(), tone(h));
  if (h.audited()) rows += rate_row("Same seeds, without it", h.audit_base, "base");
  rows += rate_row("Neutral prompts", base_rate(page.findings, h), "base");
  const std::string_view whiskers =
      h.audited() ? "Whiskers: 95\u00A0% intervals."
                  : "Whiskers: 95\u00A0% intervals; that of the upper bar only describes, for want of an audit.";
  return fmt::format("<div class=\"rates\">\n{}<p class=\"soft\">Share of valid images that {}. {}</p></div>\n", rows,
                     event_words(page.study, h.direction), whiskers);
}

std::string images(Page& page, const Hypothesis& h) {
  const std::vector<Sample>& samples = evidence_of(h);
  const auto part = [&](bool failures) {
    const std::size_t limit = failures == fails(h) ? kMainImages : kOtherImages;
    const std::string tiles = gallery(page, samples, limit, failures ? failing : passing);
    return tiles.empty() ? tiles
                         : fmt::format("<h5>Images that {}</h5>\n",
                                       event_words(page.study, failures ? Direction::fails : Direction::passes)) +
                               tiles;
  };
  const std::string first = part(fails(h));
  const std::string html = first + part(!fails(h));
  if (html.empty()) return {};
  return html + fmt::format(
                    "<p class=\"soft\">The first of {} in the order in which they were generated, not picked by "
                    "hand.</p>\n",
                    h.audited() ? "the audit" : "confirmation");
}

/// Pairs in which the phrase makes the difference.
std::string pairs(Page& page, const Hypothesis& h) {
  std::string html;
  std::size_t shown = 0;
  for (const Pair& pair : h.pairs) {
    if (shown == kPairs) break;
    if (!makes_the_difference(pair, h.direction)) continue;
    const std::string without = tile(page, pair.without, "without");
    const std::string with = tile(page, pair.with, "with");
    if (without.empty() || with.empty()) break;
    html += fmt::format("<div class=\"pair\">{}{}</div>\n", without, with);
    ++shown;
  }
  const int only_with = h.effect ? h.effect->only_with : 0;
  const std::size_t all = std::min(kPairs, static_cast<std::size_t>(only_with));
  std::string left = no_room(all - std::min(all, shown), "pair", "; below is how to generate it again");
  if (html.empty()) return left;
  return fmt::format(
             "<h5>Same seed, without and with “{}”</h5>\n<div class=\"pairs\">\n{}</div>\n"
             "<p class=\"soft\">{} of the {} in which only the image with the phrase {}.</p>\n",
             escape_html(h.phrase.text), html, shown == static_cast<std::size_t>(only_with) ? "All" : "The first",
             counted(only_with, "pair"), fails(h) ? "failed" : "was " + recognised(page.study)) +
         left;
}

/// Each text once, in the order of first appearance.
void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

std::string prompt_list(const std::vector<std::string>& prompts) {
  std::string html;
  for (const std::string& prompt : prompts) html += fmt::format("<code>{}</code><br>", escape_html(prompt));
  return html;
}

/// The first seeds that show the event; with several prompts, each with the number of its own.
std::string seeds(const Hypothesis& h, const std::vector<std::string>& prompts) {
  std::string text;
  std::size_t count = 0;
  for (const Sample& sample : evidence_of(h)) {
    if (count == kSeeds) break;
    if (!shows(sample, h.direction)) continue;
    text += fmt::format("{}{}", count++ == 0 ? "" : ", ", sample.request.seed);
    const auto found = std::find(prompts.begin(), prompts.end(), sample.request.prompt);
    if (prompts.size() > 1 && found != prompts.end()) text += fmt::format(" (prompt {})", found - prompts.begin() + 1);
  }
  return text;
}

/// The first of them again, for whoever wants to see it alone.
std::string first_again(const Page& page, const Hypothesis& h) {
  for (const Sample& sample : evidence_of(h)) {
    if (shows(sample, h.direction))
      return fmt::format("<code class=\"command\">{}</code>",
                         escape_html(generate_command(page.study, sample.request)));
  }
  return {};
}

std::string fact(std::string_view name, std::string_view html) {
  return html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html);
}

std::string reproduce(const Page& page, const Hypothesis& h) {
  const std::vector<std::string> prompts = h.prompts.empty() ? std::vector{h.prompt} : h.prompts;
  std::vector<std::string> without;  // what was generated, which need not be all base prompts
  for (const Pair& pair : h.pairs) add_once(without, pair.without.request.prompt);
  return "<h5>Reproduce it</h5>\n<dl class=\"facts\">\n" +
         fact(prompts.size() == 1 ? "Prompt" : "Prompts, in turn", prompt_list(prompts)) +
         fact("Without the phrase", prompt_list(without)) +
         fact(fails(h) ? "Seeds that fail" : "Seeds that pass", seeds(h, prompts)) +
         fact("The first again", first_again(page, h)) +
         fact("Command", fmt::format("<code class=\"command\">{}</code><br><span class=\"soft small\">Run it in the "
                                     "study's folder; OUT is the folder of this report.</span>",
                                     escape_html(probe_command(page.study, h.label, h.phrase)))) +
         "</dl>\n";
}

/// The line that stays when the rest is folded: whose rate, how high, how sure, against what. `id` behind the name may
/// be empty.
std::string line(const Page& page, const Hypothesis& h, std::string_view name, std::string_view id = {}) {
  const Rate& rate = h.measured();
  std::string numbers = "<span class=\"row-rate\">rate not known</span>";
  if (rate.valid > 0) {
    const Rate base = base_rate(page.findings, h);
    numbers = fmt::format(
        "<span class=\"row-rate\"><b>{}</b> {}</span><span class=\"row-range\">{}</span><span "
        "class=\"row-base\">baseline {}</span>",
        percent(rate.rate), fails(h) ? "fail" : "pass", interval_text(rate), base.valid > 0 ? percent(base.rate) : "–");
  }
  return fmt::format("<span class=\"row-name\">{}{}{}</span>{}{}", escape_html(name),
                     id.empty() ? "" : fmt::format(" <code class=\"soft small\">{}</code>", escape_html(id)),
                     h.audited() ? "" : " <span class=\"badge caution\">not audited</span>",
                     rate.valid > 0 ? rate_bar(rate, tone(h)) : "<span></span>", numbers);
}

}  // namespace

std::string bug_row(Page& page, const Hypothesis& h, std::string_view name) {
  assert(h.status == Status::confirmed);
  const std::string head = fmt::format("id=\"{}\"{}", anchor(h), claim_attributes(page.study, h));
  if (!page.in_full.contains(&h)) {
    return fmt::format("<div class=\"bug-row\" {}><div class=\"line\">{}</div></div>\n", head,
                       line(page, h, name, h.id));
  }
  const std::string closed = line(page, h, name);
  return fmt::format("<details class=\"bug-row\" {}><summary><span class=\"line\">{}</span></summary>\n", head,
                     closed) +
         lead(page, h) + certified(page, h) + rates(page, h) + wording_block(page.study, h) + images(page, h) +
         pairs(page, h) + evidence_blocks(page, h) + reproduce(page, h) + "</details>\n";
}

}  // namespace scotoma
