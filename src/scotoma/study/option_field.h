// SPDX-License-Identifier: Apache-2.0
// How a row of the table of options names its field. For files of that table alone.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "scotoma/study/options.h"

// A pointer to the field, whatever its type: SCOTOMA_FIELD(budget.images) is `int& (*)(Study&)`.
#define SCOTOMA_FIELD(path)       \
  OptionField {                   \
    +[](Study & study) -> auto& { \
      return study.path;          \
    }                             \
  }

// A field that holds a value of a closed set, or perhaps one: SCOTOMA_CHOICE(classifier.output).
#define SCOTOMA_CHOICE(path)                                                            \
  OptionField {                                                                         \
    ChoiceField {                                                                       \
      +[](const Study& study) { return word_of(study.path); },                          \
          +[](Study& study, std::string_view word) { return choose(study.path, word); } \
    }                                                                                   \
  }

namespace scotoma {

// The word of a value of a closed set; where there may be none, the empty word stands for that.
template <class Enum>
std::string_view word_of(Enum value) {
  return name_of(value);
}

template <class Enum>
std::string_view word_of(const std::optional<Enum>& value) {
  return value ? name_of(*value) : std::string_view();
}

template <class Enum>
bool choose(Enum& field, std::string_view word) {
  const auto value = named<Enum>(word);
  if (value) field = *value;
  return value.has_value();
}

template <class Enum>
bool choose(std::optional<Enum>& field, std::string_view word) {
  const auto value = named<Enum>(word);
  if (value || word.empty()) field = value;
  return value || word.empty();
}

/// All words of a closed set.
template <class Enum>
std::vector<std::string_view> words_of(Enum) {
  std::vector<std::string_view> out;
  for (const auto& each : names_of(Enum{})) out.push_back(each.name);
  return out;
}

/// Adds the rows of [generator], [classifier], [captioner], [embedder] and [judge].
void add_role_options(std::vector<Option>& table);

/// Adds the rows of [generator.sdcpp].
void add_sdcpp_options(std::vector<Option>& table);

}  // namespace scotoma
