// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/read_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

class ListReader {
 public:
  explicit ListReader(const TableReader& reader) : reader_(reader) {}

  Result<std::vector<AttributeList>> read(const toml::table& document);

 private:
  Result<void> read_list(const toml::table& table);
  Result<void> read_phrases(const toml::table& table, AttributeList& list) const;
  Result<ListedPhrase> read_phrase(const toml::node& item, const AttributeList& list, bool before) const;
  Result<bool> read_position(std::string_view name, const toml::table& table, bool otherwise) const;

  const TableReader& reader_;
  std::vector<AttributeList> lists_;
};

/// Whether a table `name` says that its phrases stand in front of the label's word; `otherwise` where it does not say.
Result<bool> ListReader::read_position(std::string_view name, const toml::table& table, bool otherwise) const {
  const auto* position = table.get("position");
  if (position == nullptr) return otherwise;
  const auto text = position->is_string() ? *position->value<std::string>() : "";
  if (text == "after" || text == "before") return text == "before";
  return reader_.wrong(position,
                       fmt::format("'{}.position' must be one of \"after\", \"before\" (the label's word)", name));
}

/// "dark", or {text = "in the rain", position = "after"}; `before` is what its list says.
Result<ListedPhrase> ListReader::read_phrase(const toml::node& item, const AttributeList& list, bool before) const {
  ListedPhrase phrase{item.value<std::string>().value_or(""), before};
  if (const auto* table = item.as_table()) {
    SCOTOMA_RETURN_IF_ERROR(reader_.check_table("attributes.phrases", *table));
    phrase.text = (*table)["text"].value_or<std::string>("");
    SCOTOMA_ASSIGN_OR_RETURN(phrase.before, read_position("attributes.phrases", *table, before));
  }
  if (phrase.text.find_first_not_of(" \t\n") == std::string::npos) {
    return reader_.wrong(&item,
                         fmt::format("list '{}': a phrase must be a text in quotes, not empty, or {{text = \"...\", "
                                     "position = \"after\"}}",
                                     list.name));
  }
  if (const std::string why = unfit_phrase(phrase.text); !why.empty())
    return reader_.wrong(&item, fmt::format("list '{}': '{}': {}", list.name, phrase.text, why));
  const auto holds = [&](const AttributeList& other) { return other.holds(phrase.text); };
  if (holds(list)) return reader_.wrong(&item, fmt::format("list '{}': '{}' stands twice", list.name, phrase.text));
  if (const auto other = std::find_if(lists_.begin(), lists_.end(), holds); other != lists_.end()) {
    return reader_.wrong(&item,
                         fmt::format("list '{}': '{}' stands in list '{}' too", list.name, phrase.text, other->name));
  }
  return phrase;
}

Result<void> ListReader::read_phrases(const toml::table& table, AttributeList& list) const {
  const auto* node = table.get("phrases");
  const auto* phrases = node == nullptr ? nullptr : node->as_array();
  if (phrases == nullptr || phrases->empty()) {
    return reader_.wrong(
        node != nullptr ? node : &table,
        fmt::format("list '{}': 'attributes.phrases' must be a list of phrases, not empty: [\"dark\", \"blurry\"]",
                    list.name));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const bool before, read_position("attributes", table, false));
  for (const auto& item : *phrases) {
    SCOTOMA_ASSIGN_OR_RETURN(auto phrase, read_phrase(item, list, before));
    list.phrases.push_back(std::move(phrase));
  }
  return {};
}

Result<void> ListReader::read_list(const toml::table& table) {
  SCOTOMA_RETURN_IF_ERROR(reader_.check_table("attributes", table));
  AttributeList list;
  list.name = table["name"].value_or<std::string>("");
  if (!table["name"].is_string() || list.name.empty()) {
    return reader_.wrong(table.contains("name") ? table.get("name") : &table,
                         "an [[attributes]] list needs a name: a text in quotes, for example \"places\"");
  }
  const bool again =
      std::any_of(lists_.begin(), lists_.end(), [&](const auto& other) { return other.name == list.name; });
  if (again) return reader_.wrong(table.get("name"), fmt::format("list '{}' stands twice", list.name));
  if (const toml::node* combine = table.get("combinable"); combine != nullptr) {
    if (!combine->is_boolean())
      return reader_.wrong(combine, fmt::format("list '{}': 'attributes.combinable' must be true or false", list.name));
    list.combinable = combine->as_boolean()->get();
  }
  SCOTOMA_RETURN_IF_ERROR(read_phrases(table, list));
  lists_.push_back(std::move(list));
  return {};
}

Result<std::vector<AttributeList>> ListReader::read(const toml::table& document) {
  const toml::node* tables = document.get("attributes");
  if (tables == nullptr) return std::move(lists_);
  const auto* array = tables->as_array();
  if (array == nullptr || !array->is_homogeneous<toml::table>())
    return reader_.wrong(tables, "write each list of phrases as [[attributes]]");
  for (const auto& item : *array) SCOTOMA_RETURN_IF_ERROR(read_list(*item.as_table()));
  return std::move(lists_);
}

}  // namespace

Result<std::vector<AttributeList>> read_lists(const toml::table& document, const TableReader& reader) {
  return ListReader(reader).read(document);
}

}  // namespace scotoma
