// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/count.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kColumns = 8;  // a row on a wide screen

struct Column {
  std::size_t bug = 0;              // index
  const Sample* without = nullptr;  // null: there is no pair
  const Sample* with = nullptr;
};

/// What a bug can show, the clearest first.
std::vector<Column> columns_of(const Hypothesis& h, std::size_t bug) {
  std::vector<Column> columns;
  for (const Pair& pair : h.pairs) {
    if (columns.size() == kColumns) break;
    if (makes_the_difference(pair, h.direction)) columns.push_back({bug, &pair.without, &pair.with});
  }
  if (!columns.empty()) return columns;
  for (const Sample& sample : evidence_of(h)) {
    if (columns.size() == kColumns) break;
    if (shows(sample, h.direction)) columns.push_back({bug, nullptr, &sample});
  }
  return columns;
}

/// The first of every bug before the second of any; those of one bug then stand together.
std::vector<Column> chosen(const std::vector<const Hypothesis*>& bugs) {
  std::vector<std::vector<Column>> all;
  for (std::size_t i = 0; i < std::min(bugs.size(), kColumns); ++i) all.push_back(columns_of(*bugs[i], i));
  std::vector<Column> columns;
  for (std::size_t round = 0; round < kColumns; ++round) {
    for (const auto& of_bug : all) {
      if (round < of_bug.size() && columns.size() < kColumns) columns.push_back(of_bug[round]);
    }
  }
  std::stable_sort(columns.begin(), columns.end(), [](const Column& a, const Column& b) { return a.bug < b.bug; });
  return columns;
}

std::string how_chosen(const std::vector<const Hypothesis*>& bugs, bool in_pairs) {
  const std::string_view first = bugs.size() == 1 ? "The first" : "Of each label the first";
  const std::string more =
      bugs.size() > kColumns ? fmt::format(" {} of {} labels.", kColumns, grouped(static_cast<int>(bugs.size()))) : "";
  const std::string_view event = fails(*bugs[0]) ? "fails" : "passes";
  return in_pairs ? fmt::format(
                        "{} of those pairs in which only the image with the phrase {}; one seed a pair, not "
                        "picked by hand.{}",
                        first, event, more)
                  : fmt::format("{} images with the phrase that {}, not picked by hand.{}", first,
                                fails(*bugs[0]) ? "fail" : "pass", more);
}

}  // namespace

std::string side_by_side(Page& page, const std::vector<const Hypothesis*>& bugs) {
  std::string html;
  bool in_pairs = false;
  const std::vector<Column> columns = chosen(bugs);
  std::size_t shown = 0;
  for (const Column& column : columns) {
    std::string tiles;
    if (column.without != nullptr) tiles += tile(page, *column.without, "without");
    tiles += tile(page, *column.with, "with");
    if (tiles.empty()) break;
    ++shown;
    in_pairs = in_pairs || column.without != nullptr;
    const std::string name =
        bugs.size() == 1 ? "" : fmt::format("<p class=\"side-name\">{}</p>", escape_html(bugs[column.bug]->label));
    html += fmt::format("<div class=\"side\">{}{}</div>\n", name, tiles);
  }
  std::string left =
      no_room(columns.size() - shown, "column of images", fmt::format("; <code>{}</code> names files", kShowCommand));
  if (html.empty()) return left;
  const int rows = (in_pairs ? 2 : 1) + (bugs.size() == 1 ? 0 : 1);
  return fmt::format("<div class=\"sides\" style=\"--rows:{}\">\n{}</div>\n<p class=\"soft\">{}</p>\n{}", rows, html,
                     how_chosen(bugs, in_pairs), left);
}

}  // namespace scotoma
