// The JSON files of model folders, read as leniently as Python wrote them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace scotoma {

/// The file's bytes. Errors: bad_input when it cannot be read.
Result<std::string> read_text_file(const std::filesystem::path& path);

/// Python's json module writes NaN, Infinity and -Infinity, which JSON does not know; real scheduler_config.json files
/// hold `"lambda_min_clipped": -Infinity`. Outside strings they become null, which everywhere means "the default".
std::string without_python_numbers(std::string_view text);

/// Reads a JSON file whose top is an object or, with `any`, anything. Errors: bad_input, naming file and line.
Result<nlohmann::json> read_json_file(const std::filesystem::path& path, bool any = false);

/// `object[key]`, or `fallback` where the key is missing or null. Errors: bad_input when it has another type.
template <class T>
Result<T> json_value(const nlohmann::json& object, const std::string& key, T fallback,
                     const std::filesystem::path& path) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return fallback;
  try {
    return found->get<T>();
  } catch (const nlohmann::json::exception&) {
    return bad_input(path.string() + ": '" + key + "' has an unexpected type: " + found->dump());
  }
}

}  // namespace scotoma
