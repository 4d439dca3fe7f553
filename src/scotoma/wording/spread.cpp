// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/spread.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/study/prompt.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kMany = 4;   // labels that are many things
constexpr std::size_t kNamed = 3;  // of those that are named

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> known_labels(const Findings& findings, const CrossRow& row) {
  std::vector<std::string> labels;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.direction == Direction::fails && holds(row.bugs, h.id) && !holds(labels, h.label)) labels.push_back(h.label);
  }
  return labels;
}

/// At most one label is known to be misclassified as the answer, and no other was found.
std::string not_further(const Study& study, const Spread& spread, const std::string& where, const std::string& answer) {
  const int others = spread.tested - static_cast<int>(spread.known.size());
  if (!spread.known.empty()) {
    const std::string known = with_article(study, spread.known.front());
    if (others <= 0)
      return fmt::format("{}, {} is misclassified as {}; no other label could be tried.", where, known, answer);
    return fmt::format("{}, only {} is misclassified as {}; nothing like it was found on {}.", where, known, answer,
                       counted(others, "other label"));
  }
  if (others <= 0)
    return fmt::format("{}, too few images of other labels were valid to tell what they are misclassified as.", where);
  if (others == 1)
    return fmt::format("{}, the one other label was not found to be misclassified as {}.", where, answer);
  return fmt::format("{}, none of {} other labels was found to be misclassified as {}.", where, grouped(others),
                     answer);
}

}  // namespace

Spread spread_of(const Findings& findings, const CrossRow& row) {
  Spread spread;
  spread.known = known_labels(findings, row);
  for (const CrossCell& cell : row.cells) {
    if (cell.spreads) spread.reached.push_back(&cell);
    if (cell.tested || holds(spread.known, cell.label)) ++spread.tested;
  }
  std::stable_sort(spread.reached.begin(), spread.reached.end(),
                   [](const CrossCell* a, const CrossCell* b) { return a->with.rate > b->with.rate; });
  for (const CrossCell* cell : spread.reached) spread.misclassified.push_back(cell->label);
  for (const std::string& label : spread.known) {
    if (!holds(spread.misclassified, label)) spread.misclassified.push_back(label);
  }
  spread.further = spread.misclassified.size() > 1 || (spread.misclassified.size() == 1 && spread.known.empty());
  return spread;
}

std::string sentence(const Study& study, const Findings& findings, const CrossRow& row) {
  const Spread spread = spread_of(findings, row);
  const std::string where = capitalised(circumstance(row.phrase));
  const std::string answer = with_article(study, row.answer);
  if (!spread.further) return not_further(study, spread, where, answer);
  const auto count = static_cast<int>(spread.misclassified.size());
  const std::string of = counted(spread.tested, "label");
  if (spread.misclassified.size() < kMany) {
    return fmt::format("{}, {} of {} {} misclassified as {}: {}.", where, count, of, count == 1 ? "is" : "are", answer,
                       listed(spread.misclassified));
  }
  if (spread.misclassified.size() == kMany)
    return fmt::format("{}, many things are misclassified as {}: {}, of {}.", where, answer,
                       listed(spread.misclassified), of);
  std::vector<std::string> named(spread.misclassified.begin(), spread.misclassified.begin() + kNamed);
  named.push_back(fmt::format("{} more of {}", grouped(count - static_cast<int>(kNamed)), of));
  return fmt::format("{}, many things are misclassified as {}: {}.", where, answer, listed(named));
}

std::vector<const CrossRow*> furthest_first(const Findings& findings) {
  std::vector<std::pair<std::size_t, const CrossRow*>> sized;
  for (const CrossRow& row : findings.cross) sized.emplace_back(spread_of(findings, row).misclassified.size(), &row);
  std::stable_sort(sized.begin(), sized.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const CrossRow*> rows;
  for (const auto& [size, row] : sized) rows.push_back(row);
  return rows;
}

}  // namespace scotoma
