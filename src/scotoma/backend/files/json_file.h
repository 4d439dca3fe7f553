// SPDX-License-Identifier: Apache-2.0
// The JSON files of model folders, read as leniently as Python wrote them.
#pragma once

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "scotoma/core/result.h"

namespace scotoma {

/// The file's bytes. Errors: bad_input when it cannot be read.
Result<std::string> read_text_file(const std::filesystem::path& path);

/// Python's json module writes NaN, Infinity and -Infinity, which JSON does not know; real scheduler_config.json files
/// hold `"lambda_min_clipped": -Infinity`. Outside strings they become null, which everywhere means "the default".
std::string without_python_numbers(std::string_view text);

/// Reads a JSON file whose top is an object or, with `any`, anything. Errors: bad_input, naming file and line.
Result<nlohmann::json> read_json_file(const std::filesystem::path& path, bool any = false);

/// Parses what such a file holds; `path` is for messages. Errors: bad_input, naming file and line.
Result<nlohmann::json> parse_json(std::string_view text, const std::filesystem::path& path);

/// Whether a JSON value can be read as T: a number that T holds, for whole numbers without a fraction.
template <class T>
bool json_fits(const nlohmann::json& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value.is_boolean();
  } else if constexpr (std::is_integral_v<T>) {
    if (!value.is_number()) return false;
    const auto number = value.get<double>();
    return number >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
           number < -static_cast<double>(std::numeric_limits<T>::lowest()) &&
           number == static_cast<double>(static_cast<T>(number));
  } else if constexpr (std::is_floating_point_v<T>) {
    return value.is_number();
  } else {
    return true;
  }
}

/// `object[key]`, or `fallback` where the key is missing or null. Errors: bad_input when it has another type.
template <class T>
Result<T> json_value(const nlohmann::json& object, const std::string& key, T fallback,
                     const std::filesystem::path& path) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return fallback;
  const auto unexpected = [&] {
    return bad_input(path.string() + ": '" + key + "' has an unexpected type or value: " + found->dump());
  };
  if (!json_fits<T>(*found)) return unexpected();
  try {
    return found->get<T>();
  } catch (const nlohmann::json::exception&) {  // a list or a text where T is another
    return unexpected();
  }
}

}  // namespace scotoma
