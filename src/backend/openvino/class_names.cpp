#include <fmt/format.h>

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

}  // namespace

Result<std::vector<std::string>> read_class_names(const std::filesystem::path& path) {
  if (path.empty()) return bad_input("no file of class names is given");
  SCOTOMA_TRY(const std::string text, read_text_file(path));
  std::vector<std::string> names;
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && (text[first] == '[' || text[first] == '{')) {
    SCOTOMA_TRY(const auto json, read_json_file(path, true));
    SCOTOMA_TRY(names, from_json(json, path));
  } else {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const auto end = line.find_last_not_of(" \t\r");
      if (end != std::string::npos) names.push_back(line.substr(0, end + 1));
    }
  }
  if (names.empty()) return bad_input(path.string() + ": holds no class names");
  return names;
}

}  // namespace scotoma
