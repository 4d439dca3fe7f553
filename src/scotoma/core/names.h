// SPDX-License-Identifier: Apache-2.0
// Closed sets and the words that stand for them in files. An enum has names where a function names_of(Enum), beside it,
// gives them.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string_view>

namespace scotoma {

template <class Enum>
struct Named {
  Enum value;
  std::string_view name;
};

/// The word of a value. Requires that names_of() has all values of the enum.
template <class Enum>
constexpr std::string_view name_of(Enum value) {
  for (const auto& each : names_of(Enum{})) {
    if (each.value == value) return each.name;
  }
  assert(false);
  return {};
}

/// The value of a word; nothing where none has it.
template <class Enum>
constexpr std::optional<Enum> named(std::string_view name) {
  for (const auto& each : names_of(Enum{})) {
    if (each.name == name) return each.value;
  }
  return std::nullopt;
}

}  // namespace scotoma
