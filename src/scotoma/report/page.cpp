// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/count.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/report/svg.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {

Rate base_rate(const Findings& findings, const Hypothesis& hypothesis) {
  const BaseResult* base = base_of(findings.bases, hypothesis.label);
  return base == nullptr ? Rate{} : base_rate(*base, hypothesis.direction);
}

std::span<const Cause> with_cards(const std::vector<Cause>& causes) {
  return std::span(causes).first(std::min(causes.size(), PageLimits::kCards));
}

std::span<const SystematicFailure> with_cards(const std::vector<SystematicFailure>& failures) {
  return std::span(failures).first(std::min(failures.size(), PageLimits::kLabelCards));
}

namespace {

/// Gives a row to confirmed hypotheses without a line, in the order of the cards that they would have had.
void list_the_rest(Page& page) {
  const auto list = [&](const std::vector<const Hypothesis*>& all) {
    for (const Hypothesis* h : all) {
      if (!page.placed.contains(h) && page.listed.size() < PageLimits::kMoreRows) page.listed.insert(h);
    }
  };
  for (const Cause& cause : page.tally.causes) list(cause.bugs);
  for (const SystematicFailure& failure : page.tally.systematic) list(failure.exceptions);
}

}  // namespace

Page page_of(const Study& study, const Findings& findings, const ImageSource& images) {
  Page page{study, findings, Answers(findings), PageImages(images, PageLimits::kImages), tally_of(findings), {},
            {},    {}};
  std::vector<std::span<const Hypothesis* const>> cards;
  const auto place = [&](const std::vector<const Hypothesis*>& all) {
    cards.push_back(std::span(all).first(std::min(all.size(), PageLimits::kCardRows)));
    page.placed.insert(cards.back().begin(), cards.back().end());
  };
  for (const Cause& cause : with_cards(page.tally.causes)) place(cause.bugs);
  for (const SystematicFailure& failure : with_cards(page.tally.systematic)) place(failure.exceptions);
  // The first of every card before the second of any: one cause of many labels does not take it all.
  for (std::size_t i = 0; i < PageLimits::kCardRows; ++i) {
    for (const auto& card : cards) {
      if (i < card.size() && page.in_full.size() < PageLimits::kInFull) page.in_full.insert(card[i]);
    }
  }
  list_the_rest(page);
  return page;
}

bool on_page(const Page& page, const Hypothesis& hypothesis) {
  return page.placed.contains(&hypothesis) || page.listed.contains(&hypothesis);
}

const std::vector<Sample>& evidence_of(const Hypothesis& hypothesis) {
  return hypothesis.audited() ? hypothesis.audit_samples : hypothesis.tried;
}

bool makes_the_difference(const Pair& pair, Direction direction) {
  return pair.without.valid() && shows(pair.with, direction) && !shows(pair.without, direction);
}

std::string tile(Page& page, const Sample& sample, std::string_view note) {
  const bool valid = sample.valid();
  const std::string answer = page.answers.name(sample);
  const double probability =
      sample.prediction.top.empty() ? 0 : static_cast<double>(sample.prediction.top[0].probability);
  const std::string_view tone = !valid ? "invalid" : sample.correct ? "pass" : "fail";
  const std::string verdict = !valid ? "not valid" : fmt::format("{}\u00A0{}", sample.correct ? "✓" : "✗", answer);
  const std::string alt =
      fmt::format("“{}”, seed {}: {}", sample.request.prompt, sample.request.seed,
                  valid ? fmt::format("{} {}, {}", sample.recognised() ? "recognised as" : "misclassified as", answer,
                                      percent(probability))
                        : "left out, as the judge did not see the label in it");
  const std::string image = page.images.show(sample.image, alt);
  if (image.empty()) return {};
  return fmt::format(
      R"(<figure class="tile {}">{}<figcaption>{}<b>{}</b> <span class="soft">{}</span></figcaption></figure>)", tone,
      image, note.empty() ? "" : fmt::format(R"(<span class="note">{}</span> )", escape_html(note)),
      escape_html(verdict), valid ? percent(probability) : "");
}

std::string gallery(Page& page, const std::vector<Sample>& samples, std::size_t limit,
                    const std::function<bool(const Sample&)>& wanted) {
  std::string tiles;
  std::string files;
  int without_room = 0;
  for (const Sample& sample : samples) {
    if (limit == 0) break;
    if (!wanted(sample)) continue;
    --limit;
    const std::string html = tile(page, sample);
    if (!html.empty()) {
      tiles += html + "\n";
      continue;
    }
    ++without_room;
    files += fmt::format(" <a href=\"{}\">{}</a>", escape_html(image_path(sample.image)), without_room);
  }
  if (!tiles.empty()) tiles = fmt::format("<div class=\"gallery\">\n{}</div>\n", tiles);
  if (without_room == 0) return tiles;
  return tiles +
         fmt::format("<p class=\"soft more\">{} no room on this page; {} in the folder images/ beside it:{}</p>\n",
                     counted(without_room, "image has", "images have"),
                     without_room == 1 ? "its file is" : "their files are", files);
}

std::string no_room(std::size_t count, std::string_view noun, std::string_view where) {
  if (count == 0) return {};
  return fmt::format(
      "<p class=\"soft more\">{} no room on this page{}.</p>\n",
      counted(static_cast<int>(count), fmt::format("more {} has", noun), fmt::format("more {}s have", noun)), where);
}

std::string rate_row(std::string_view what, const Rate& rate, std::string_view tone) {
  if (rate.valid == 0) {
    return fmt::format(R"(<div class="rate"><span>{}</span><span class="soft">no valid image</span></div>)"
                       "\n",
                       escape_html(what));
  }
  return fmt::format(
      R"(<div class="rate"><span>{}</span>{}<span><b>{}</b> <span class="soft">{}; {}</span></span></div>)"
      "\n",
      escape_html(what), rate_bar(rate, tone), percent(rate.rate), fraction(rate), interval_text(rate));
}

std::string table_cell(std::string_view column, std::string_view html, std::string_view css_class) {
  return fmt::format(R"(<td class="{}{}" data-label="{}">{}</td>)", css_class, html == "–" ? " none" : "", column,
                     html);
}

std::string probe_command(const Study& study, std::string_view label, const Phrase& phrase) {
  std::string words = phrase.before && phrase.parts.empty() ? " --before" : "";
  for (const PhrasePart& piece : phrase.pieces())
    words += (piece.before && !phrase.parts.empty() ? " --front " : " ") + quote_for_shell(piece.text);
  return fmt::format("scotoma probe {} --label {}{} --out OUT", quote_for_shell(study.file.filename().string()),
                     quote_for_shell(label), words);
}

std::string generate_command(const Study& study, const GenerationRequest& request) {
  return fmt::format("scotoma generate {} {} --seed {} --to {}.png", quote_for_shell(study.file.filename().string()),
                     quote_for_shell(request.prompt), request.seed, request.seed);
}

std::string more_elsewhere(std::size_t count, std::string_view noun, std::string_view where) {
  if (count == 0) return {};
  const auto number = static_cast<int>(count);
  return fmt::format("<p class=\"soft more\">{} {} in {}.</p>\n",
                     counted(number, fmt::format("more {}", noun), fmt::format("more {}s", noun)),
                     number == 1 ? "is" : "are", where);
}

namespace {

std::string plain_id(std::string_view prefix, std::string_view id) {
  std::string plain(prefix);
  for (const char c : id) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    plain += kept ? c : '_';
  }
  return plain;
}

}  // namespace

std::string anchor(const Hypothesis& hypothesis) { return plain_id("bug-", hypothesis.id); }

std::string anchor(const Cause& cause) { return plain_id("cause-", cause.id); }

std::string anchor(const SystematicFailure& failure) { return plain_id("failure-", failure.id); }

}  // namespace scotoma
