#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "backend/openvino/classifier.h"
#include "backend/openvino/json_file.h"

namespace scotoma {
namespace {

Result<std::vector<std::string>> from_json(const nlohmann::json& top, const std::filesystem::path& path) {
  const auto not_names = [&] {
    return bad_input(path.string() + ": class names must be a JSON list of texts, or an object {\"0\": name, ...}");
  };
  std::vector<std::string> names;
  if (top.is_array()) {
    for (const auto& name : top) {
      if (!name.is_string()) return not_names();
      names.push_back(name);
    }
    return names;
  }
  if (!top.is_object()) return not_names();
  const nlohmann::json& map = top.contains("id2label") ? top["id2label"] : top;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto found = map.find(std::to_string(i));
    if (found == map.end() || !found->is_string()) return not_names();
    names.push_back(*found);
  }
  return names;
}

/// Without the white space around it.
std::string trimmed(const std::string& line) {
  const char* const white = " \t\r\n";
  const auto first = line.find_first_not_of(white);
  return first == std::string::npos ? "" : line.substr(first, line.find_last_not_of(white) - first + 1);
}

std::vector<std::string> from_lines(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (std::string name = trimmed(line); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

Result<std::vector<std::string>> read_json_names(const std::filesystem::path& path) {
  SCOTOMA_TRY(const auto json, read_json_file(path, true));
  return from_json(json, path);
}

}  // namespace

Result<std::vector<std::string>> read_class_names(const std::filesystem::path& path) {
  if (path.empty()) return bad_input("no file of class names is given");
  SCOTOMA_TRY(std::string text, read_text_file(path));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // the mark that some editors write before UTF-8
  const auto first = text.find_first_not_of(" \t\r\n");
  std::vector<std::string> names;
  bool read = false;
  if (first != std::string::npos && (text[first] == '[' || text[first] == '{')) {
    auto from_file = read_json_names(path);
    // A text may begin so, too: "[CLS]". What calls itself JSON may not.
    if (!from_file.ok() && path.extension() == ".json") return from_file.error();
    read = from_file.ok();
    if (read) names = std::move(from_file).value();
  }
  if (!read) names = from_lines(text);
  if (names.empty()) return bad_input(path.string() + ": holds no class names");
  return names;
}

Result<void> check_unique(const std::vector<std::string>& names, const std::string& name,
                          const std::filesystem::path& path) {
  const auto first = std::find(names.begin(), names.end(), name);
  const auto second = first == names.end() ? first : std::find(first + 1, names.end(), name);
  if (second == names.end()) return {};
  return bad_input(fmt::format(
      "{}: two classes are called '{}', number {} and number {} (from 0): rename one of them there, for example to "
      "'{} 2', and use the name that is meant as the label's class",
      path.string(), name, first - names.begin(), second - names.begin(), name));
}

}  // namespace scotoma
