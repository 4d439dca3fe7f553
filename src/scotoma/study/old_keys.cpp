// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/old_keys.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "scotoma/study/table_reader.h"

namespace scotoma {
namespace {

struct OldKey {
  std::string_view table;  ///< or a list of tables: [[attributes]]
  std::string_view old;
  std::string_view now;
};

constexpr OldKey kOldKeys[] = {
    {"attributes", "combine", "combinable"},
    {"budget", "first_look", "initial_images"},
    {"evidence", "everywhere", "failing_label_threshold"},
    {"judge", "also", "ensemble"},
    {"search", "combine", "interaction_strength"},
    {"search", "same_phrase", "phrase_similarity"},
};

/// The sentence of a key that was renamed; empty where the table has none of that name.
Result<std::string> rename(const OldKey& key, toml::table& table, const std::filesystem::path& file) {
  toml::node* old = table.get(key.old);
  if (old == nullptr) return std::string();
  const TableReader reader(file);
  if (table.contains(key.now)) {
    return reader.wrong(old, fmt::format("'{0}.{1}' is called '{0}.{2}' now, which is there too; take one of them out",
                                         key.table, key.old, key.now));
  }
  std::string sentence =
      reader.wrong(old, fmt::format("'{0}.{1}' is called '{0}.{2}' now", key.table, key.old, key.now)).message;
  table.insert(key.now, std::move(*old));
  table.erase(key.old);
  return sentence;
}

}  // namespace

Result<std::vector<std::string>> rename_old_keys(toml::table& document, const std::filesystem::path& file) {
  std::vector<std::string> notes;
  const auto rename_in = [&](const OldKey& key, toml::node* table) -> Result<void> {
    if (table == nullptr || !table->is_table()) return {};
    SCOTOMA_ASSIGN_OR_RETURN(std::string sentence, rename(key, *table->as_table(), file));
    if (!sentence.empty()) notes.push_back(std::move(sentence));
    return {};
  };
  for (const OldKey& key : kOldKeys) {
    toml::node* node = document.get(key.table);
    SCOTOMA_RETURN_IF_ERROR(rename_in(key, node));
    if (node == nullptr || !node->is_array()) continue;
    for (toml::node& item : *node->as_array()) SCOTOMA_RETURN_IF_ERROR(rename_in(key, &item));
  }
  return notes;
}

}  // namespace scotoma
