// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/read_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "scotoma/study/imagenet_1k.h"

namespace scotoma {
namespace {

class LabelReader {
 public:
  explicit LabelReader(const TableReader& reader) : reader_(reader) {}

  Result<std::vector<StudyLabel>> read(const toml::table& document);

 private:
  Result<void> read_list(const toml::node& list);
  Result<void> add(const toml::node& item);
  Result<void> read_table(const toml::table& table);

  const TableReader& reader_;
  std::vector<StudyLabel> labels_;
  std::vector<const toml::node*> nodes_;  ///< where each label stands
};

Result<void> LabelReader::read_table(const toml::table& table) {
  SCOTOMA_RETURN_IF_ERROR(reader_.check_table("label", table));
  StudyLabel label;
  for (auto [key, field] :
       {std::pair{"name", &label.name}, {"class", &label.class_name}, {"hypernym", &label.hypernym}}) {
    const auto* node = table.get(key);
    if (node == nullptr) continue;
    if (!node->is_string()) return reader_.wrong(node, fmt::format("'label.{}' must be a text in quotes", key));
    *field = *node->value<std::string>();
  }
  if (const auto* node = table.get("article")) {
    label.article = node->value<std::string>();
    if (!label.article || label.article->find_first_of("{} ") != std::string::npos)
      return reader_.wrong(node,
                           "'label.article' must be one word in quotes: \"a\", \"an\", \"the\", or \"\" for none");
  }
  if (const auto* node = table.get("synonyms")) {
    const auto* list = node->as_array();
    if (list == nullptr || (!list->empty() && !list->is_homogeneous<std::string>()))
      return reader_.wrong(node, "'label.synonyms' must be a list of texts");
    for (const auto& item : *list) label.synonyms.push_back(*item.value<std::string>());
  }
  if (label.name.empty()) return reader_.wrong(&table, "a [[label]] needs a name, as prompts would call it");
  labels_.push_back(label);
  nodes_.push_back(&table);
  return {};
}

/// A list of names, any of which may stand for a list that is built in; or that alone.
Result<void> LabelReader::read_list(const toml::node& list) {
  const auto built_in = [](const toml::node& item) {
    return item.is_string() && names_imagenet(*item.value<std::string>());
  };
  const auto* array = list.as_array();
  if (array == nullptr) {
    return built_in(list)
               ? add(list)
               : Result<void>(reader_.wrong(&list, "'labels' must be a list of texts, or \"imagenet-1k/dog\""));
  }
  for (const auto& item : *array) {
    if (!item.is_string()) return reader_.wrong(&item, "'labels' must be a list of texts");
    SCOTOMA_RETURN_IF_ERROR(add(item));
  }
  return {};
}

Result<void> LabelReader::add(const toml::node& item) {
  const std::string name = *item.value<std::string>();
  std::vector<StudyLabel> labels = {{name, "", "", {}}};
  if (names_imagenet(name)) {
    auto found = imagenet_labels(name);
    if (!found.ok()) return reader_.wrong(&item, found.error().message);
    labels = std::move(*found);
  }
  nodes_.insert(nodes_.end(), labels.size(), &item);
  std::move(labels.begin(), labels.end(), std::back_inserter(labels_));
  return {};
}

Result<std::vector<StudyLabel>> LabelReader::read(const toml::table& document) {
  const toml::node* list = document.get("labels");
  const toml::node* tables = document.get("label");
  if (list != nullptr) {
    SCOTOMA_RETURN_IF_ERROR(read_list(*list));
  }
  if (tables != nullptr) {
    const auto* array = tables->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>())
      return reader_.wrong(tables, "write each label as [[label]]");
    for (const auto& item : *array) SCOTOMA_RETURN_IF_ERROR(read_table(*item.as_table()));
  }
  if (labels_.empty())
    return reader_.wrong(list != nullptr ? list : tables, "no labels; add for example: labels = [\"fly\", \"bee\"]");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    StudyLabel& label = labels_[i];
    if (label.name.empty()) return reader_.wrong(nodes_[i], "a label is empty; take it out or name it");
    if (!seen.insert(label.name).second)
      return reader_.wrong(nodes_[i], fmt::format("label '{}' stands twice", label.name));
    if (label.class_name.empty()) label.class_name = label.name;
  }
  return std::move(labels_);
}

}  // namespace

Result<std::vector<StudyLabel>> read_labels(const toml::table& document, const TableReader& reader) {
  return LabelReader(reader).read(document);
}

}  // namespace scotoma
