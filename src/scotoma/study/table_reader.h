// SPDX-License-Identifier: Apache-2.0
// What all that read a study file share: messages with file and line, and the check of a table's keys.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "scotoma/core/result.h"

namespace scotoma {

class TableReader {
 public:
  /// `file` as the user typed it.
  explicit TableReader(std::filesystem::path file) : file_(std::move(file)) {}

  /// bad_input with the file, and the line of `node` where it has one; null: the file alone.
  Error wrong(const toml::node* node, const std::string& message) const;

  /// Errors: bad_input for a key that no table `name` holds (keys.h), with the nearest that it may.
  Result<void> check_table(std::string_view name, const toml::table& table) const;

  /// The same of the tables inside it, [generator.sdcpp] in [generator]. Errors: where one is no table, too.
  Result<void> check_inner_tables(const std::string& outer, const toml::table& table) const;

  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

/// Where `key` of [table] stands, which may be inside another ("generator.sdcpp"); null where the document does not
/// have it.
inline const toml::node* node_at(const toml::table& document, std::string_view table, std::string_view key) {
  const auto found = document.at_path(table);
  return found.is_table() ? found.as_table()->get(key) : nullptr;
}

}  // namespace scotoma
