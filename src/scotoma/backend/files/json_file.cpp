// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/json_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/core/file.h"

namespace scotoma {

Result<std::string> read_text_file(const std::filesystem::path& path) { return read_plain_file(path); }

std::string without_python_numbers(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    if (!in_string) {
      for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
        if (text.substr(i, word.size()) == word) length = word.size();
        if (length > 1) break;
      }
    }
    if (in_string && text[i] == '\\' && i + 1 < text.size()) {
      out += text.substr(i, 2);
      i += 2;
      continue;
    }
    if (text[i] == '"') in_string = !in_string;
    out += length > 1 ? std::string_view("null") : text.substr(i, 1);
    i += length;
  }
  return out;
}

Result<nlohmann::json> parse_json(std::string_view raw, const std::filesystem::path& path) {
  const std::string text = without_python_numbers(raw);
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& problem) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(problem.byte, text.size()));
    return bad_input(fmt::format("{}:{}: not JSON ({}); is the file whole?", path.string(),
                                 1 + std::count(text.begin(), end, '\n'), problem.what()));
  } catch (const nlohmann::json::exception& problem) {  // a number beyond what a double holds
    return bad_input(fmt::format("{}: not JSON that can be read ({})", path.string(), problem.what()));
  }
}

Result<nlohmann::json> read_json_file(const std::filesystem::path& path, bool any) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_text_file(path));
  SCOTOMA_ASSIGN_OR_RETURN(nlohmann::json parsed, parse_json(text, path));
  if (!any && !parsed.is_object()) return bad_input(path.string() + ": a JSON object is expected at the top");
  return parsed;
}

}  // namespace scotoma
