// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/assign.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "scotoma/core/file.h"
#include "scotoma/study/imagenet_1k.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// Puts a node's value into a field of its type, or says what type it should have had.
struct Assign {
  const Option& option;
  const toml::node& node;
  Study& study;
  fs::path folder;

  std::string operator()(Field<bool> field) const {
    if (!node.is_boolean()) return "true or false";
    field(study) = *node.value<bool>();
    return {};
  }
  std::string operator()(Field<int> field) const {
    const auto value = whole();
    if (!value) return "a whole number";
    field(study) = static_cast<int>(*value);
    return {};
  }
  std::string operator()(Field<std::uint64_t> field) const {
    const auto value = whole();
    if (!value) return "a whole number";
    field(study) = static_cast<std::uint64_t>(*value);
    return {};
  }
  std::string operator()(Field<double> field) const {
    if (!node.is_number()) return "a number";
    const double value = number(node);
    if (!in_range(value)) return fmt::format("a number from {} to {}", option.low, option.high);
    field(study) = value;
    return {};
  }
  std::string operator()(Field<std::string> field) const {
    if (!node.is_string()) return "a text in quotes";
    const auto value = *node.value<std::string>();
    if (!option.choices.empty() &&
        std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
      return fmt::format("one of \"{}\"", fmt::join(option.choices, "\", \""));
    }
    field(study) = value;
    return {};
  }
  std::string operator()(const ChoiceField& field) const {
    if (!node.is_string()) return "a text in quotes";
    const auto name = *node.value<std::string>();  // of a role's backends: fewer than there are backends
    if (std::find(option.choices.begin(), option.choices.end(), name) != option.choices.end() &&
        field.choose(study, name))
      return {};
    return fmt::format("one of \"{}\"", fmt::join(option.choices, "\", \""));
  }
  std::string operator()(Field<fs::path> field) const {
    if (!node.is_string() || node.value<std::string>()->empty()) return "a path in quotes";
    const bool built_in = option.key == "labels" && is_built_in(*node.value<std::string>());
    if (built_in) field(study) = *node.value<std::string>();
    if (!built_in) field(study) = without_slash((folder / *node.value<std::string>()).lexically_normal());
    return {};
  }
  std::string operator()(Field<std::vector<std::string>> field) const {
    const auto* array = node.as_array();
    if (array == nullptr || array->empty()) return "a list of texts, not empty";
    std::vector<std::string> values;
    for (const auto& item : *array) {
      if (!item.is_string()) return "a list of texts";
      values.push_back(*item.value<std::string>());
    }
    field(study) = values;
    return {};
  }
  std::string operator()(Field<std::vector<double>> field) const {
    const auto* array = node.as_array();
    if (array == nullptr || array->size() != 3) return "a list of three numbers, one a channel";
    std::vector<double> values;
    for (const auto& item : *array) {
      if (!item.is_number() || !in_range(number(item))) return "a list of three possible numbers, one a channel";
      values.push_back(number(item));
    }
    field(study) = values;
    return {};
  }

  /// Of a node that is a number; NaN, which is in no range, for a whole number that no double holds.
  static double number(const toml::node& item) { return item.value<double>().value_or(std::nan("")); }
  bool in_range(double value) const { return value >= option.low && value <= option.high; }
  std::optional<std::int64_t> whole() const {
    const auto value = node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
    return value && in_range(static_cast<double>(*value)) ? value : std::nullopt;
  }
};

}  // namespace

std::string assign_option(const Option& option, const toml::node& node, Study& study) {
  return std::visit(Assign{option, node, study, study.file.parent_path()}, option.target);
}

}  // namespace scotoma
