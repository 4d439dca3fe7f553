// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/keys.h"

#include <algorithm>
#include <vector>

#include "scotoma/study/options.h"

namespace scotoma {
namespace {

/// Levenshtein distance of two short words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t up = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = up;
    }
  }
  return row[b.size()];
}

/// "sdcpp" for "generator.sdcpp" in "generator"; empty for what is not inside that table.
std::string_view table_below(std::string_view name, std::string_view table) {
  return name.size() > table.size() && name.starts_with(table) && name[table.size()] == '.'
             ? name.substr(table.size() + 1)
             : std::string_view();
}

}  // namespace

std::string nearest(std::string_view name, const std::set<std::string>& valid) {
  return *std::min_element(valid.begin(), valid.end(),
                           [&](const auto& a, const auto& b) { return distance(name, a) < distance(name, b); });
}

std::set<std::string> keys_of(std::string_view table) {
  std::set<std::string> keys;
  for (const Option& option : options()) {
    if (option.table == table) keys.emplace(option.key);
    // A table of tables also holds these: "sdcpp" of "generator.sdcpp".
    const std::string_view above = table.empty() ? option.table : table_below(option.table, table);
    if (!above.empty()) keys.emplace(above.substr(0, above.find('.')));
    if (table == "judge.ensemble" && describes_network(option)) keys.emplace(option.key);
  }
  if (table == "judge") keys.insert("ensemble");
  if (table.empty()) keys.insert({"labels", "label", "attributes"});
  if (table == "label") keys.insert({"name", "class", "hypernym", "synonyms", "article"});
  if (table == "attributes") keys.insert({"name", "phrases", "position", "combinable"});
  if (table == "attributes.phrases") keys.insert({"text", "position"});
  return keys;
}

}  // namespace scotoma
