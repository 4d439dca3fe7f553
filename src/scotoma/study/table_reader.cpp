// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/table_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/study/keys.h"
#include "scotoma/study/options.h"

namespace scotoma {

Error TableReader::wrong(const toml::node* node, const std::string& message) const {
  const auto line = node == nullptr ? 0 : node->source().begin.line;
  if (line == 0) return bad_input(fmt::format("{}: {}", file_.string(), message));
  return bad_input(fmt::format("{}:{}: {}", file_.string(), line, message));
}

Result<void> TableReader::check_table(std::string_view name, const toml::table& table) const {
  const auto valid = keys_of(name);
  for (const auto& [key, node] : table) {
    if (valid.contains(std::string(key.str()))) continue;
    if (name == "judge.ensemble" && keys_of("judge").contains(std::string(key.str()))) {
      return wrong(&node, fmt::format("'{}' is [judge]'s and holds for all its networks; take it out here", key.str()));
    }
    const std::string shown = name.empty() ? std::string(key.str()) : fmt::format("{}.{}", name, key.str());
    return wrong(&node, fmt::format("unknown key '{}'; did you mean '{}'?", shown, nearest(key.str(), valid)));
  }
  return {};
}

Result<void> TableReader::check_inner_tables(const std::string& outer, const toml::table& table) const {
  for (const auto& [key, node] : table) {
    const std::string name = fmt::format("{}.{}", outer, key.str());
    const auto inside = [&](const Option& option) { return option.table == name; };
    if (std::none_of(options().begin(), options().end(), inside)) continue;
    if (!node.is_table()) return wrong(&node, fmt::format("'{0}' must be a table: [{0}]", name));
    SCOTOMA_RETURN_IF_ERROR(check_table(name, *node.as_table()));
  }
  return {};
}

}  // namespace scotoma
