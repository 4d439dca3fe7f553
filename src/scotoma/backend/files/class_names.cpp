// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/class_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string_view>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/python_literal.h"
#include "scotoma/core/letters.h"
#include "scotoma/study/imagenet_1k.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;
using Names = std::vector<std::string>;

/// Reads a whole number of a few digits.
std::optional<int> number_of(std::string_view text) {
  const bool digits = !text.empty() && text.size() <= 6 && text.find_first_not_of("0123456789") == text.npos;
  return digits ? std::optional(std::stoi(std::string(text))) : std::nullopt;
}

/// The names of 0 to n - 1, or of 1 to n.
std::optional<Names> in_order(const std::map<int, std::string>& numbered) {
  if (numbered.empty() || numbered.begin()->first > 1) return std::nullopt;
  Names names;
  for (const auto& [number, name] : numbered) {
    if (number != numbered.begin()->first + static_cast<int>(names.size())) return std::nullopt;
    names.push_back(name);
  }
  return names;
}

/// A text, or Keras's pair of WordNet id and name.
std::optional<std::string> name_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  const bool pair = value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_string();
  return pair ? std::optional(value[1].get<std::string>()) : std::nullopt;
}

std::optional<Names> from_list(const Json& list) {
  Names names;
  for (const Json& each : list) {
    if (!each.is_string()) return std::nullopt;
    names.push_back(each);
  }
  return names;
}

/// {"0": name} or {name: 0}.
std::optional<Names> from_object(const Json& object) {
  std::map<int, std::string> numbered;
  for (const auto& [key, value] : object.items()) {
    const bool by_name = value.is_number_integer() && json_fits<int>(value);
    const std::optional<int> number = by_name ? value.get<int>() : number_of(key);
    const std::optional<std::string> name = by_name ? key : name_of(value);
    if (!number || !name || !numbered.emplace(*number, *name).second) return std::nullopt;
  }
  return in_order(numbered);
}

Result<Names> from_json(const Json& top, const Path& path) {
  const Json* names = &top;
  for (const char* key : {"id2label", "label2id", "names", "classes", "class_names", "labels", "label_names"}) {
    if (!top.is_object() || !top.contains(key) || !(top[key].is_array() || top[key].is_object())) continue;
    names = &top[key];
    break;
  }
  // timm names the classes of ImageNet nowhere in what it writes.
  if (names == &top && top.is_object() && (top.contains("pretrained_cfg") || top.contains("architecture")) &&
      top.value("num_classes", Json()) == 1000)
    return built_in_class_names(kImagenet1k);
  const auto read = names->is_array() ? from_list(*names) : names->is_object() ? from_object(*names) : std::nullopt;
  if (read) return *read;
  return bad_input(fmt::format(
      "{}: class names must be a JSON list of texts, or an object {{\"0\": name, ...}} or {{name: 0, ...}} whose "
      "numbers run from 0 or from 1 without a gap",
      path.string()));
}

std::string_view without_blanks(std::string_view line) {
  const char* const white = " \t\r\n";
  const auto first = line.find_first_not_of(white);
  return first == line.npos ? "" : line.substr(first, line.find_last_not_of(white) - first + 1);
}

/// What stands in quotes, perhaps before a comma.
std::optional<std::string> in_quotes(std::string_view line) {
  if (line.ends_with(',')) line.remove_suffix(1);
  const bool is = line.size() > 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front();
  return is ? std::optional(std::string(line.substr(1, line.size() - 2))) : std::nullopt;
}

/// "0 fly", "0: fly", "0,fly", "0. fly"; not "0 - zero", as MNIST's classes are called.
std::optional<std::pair<int, std::string>> numbered(std::string_view line) {
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  const auto number = number_of(line.substr(0, digits));
  const std::size_t name = line.find_first_not_of(" \t:,;.)", digits);
  if (!number || name == line.npos || name == digits) return std::nullopt;
  const auto first = static_cast<unsigned char>(line[name]);
  const std::string_view rest = line.substr(name);
  if (const auto inside = in_quotes(rest)) return std::pair(*number, *inside);
  if (std::isalnum(first) == 0 && first < 0x80 && first != '_') return std::nullopt;
  return std::pair(*number, std::string(rest));
}

/// The names behind their numbers, where all lines have one and no two the same name.
std::optional<Names> from_numbered(std::span<const std::string> lines) {
  std::map<int, std::string> found;
  std::set<std::string> different;
  for (const std::string& line : lines) {
    auto one = numbered(line);
    if (!one || !different.insert(one->second).second || !found.insert(std::move(*one)).second) return std::nullopt;
  }
  return in_order(found);
}

Result<Names> from_lines(const std::string& text, const Path& path) {
  Names lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (const auto name = without_blanks(line); !name.empty()) lines.emplace_back(name);
  }
  if (const auto names = from_numbered(lines)) return *names;
  if (lines.size() > 2 && from_numbered(std::span(lines).subspan(1))) {
    return bad_input(fmt::format(
        "{}: '{}' is the heading of a table, and no class; delete that line: what follows is numbered and can be read",
        path.string(), lines.front()));
  }
  Names inside;
  for (const std::string& line : lines) {
    if (const auto name = in_quotes(line)) inside.push_back(*name);
  }
  return inside.size() == lines.size() ? inside : lines;
}

void put_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | point >> 6U), tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | point >> 12U), tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0U | point >> 18U), tail(12), tail(6), tail(0);
  }
}

/// UTF-16 without its mark as UTF-8; half a pair becomes what UTF-8 forbids, which the caller finds.
std::string from_utf16(std::string_view bytes, bool little) {
  std::vector<std::uint32_t> units;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto byte = [&](std::size_t k) { return std::uint32_t{static_cast<unsigned char>(bytes[i + k])}; };
    units.push_back(little ? byte(1) << 8U | byte(0) : byte(0) << 8U | byte(1));
  }
  std::string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const bool pair = i + 1 < units.size() && units[i] >> 10U == 0x36 && units[i + 1] >> 10U == 0x37;
    put_utf8(out, pair ? 0x10000 + ((units[i] & 0x3FFU) << 10U) + (units[i + 1] & 0x3FFU) : units[i]);
    if (pair) ++i;
  }
  return out;
}

/// The file's text in UTF-8.
Result<std::string> read_as_utf8(const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(std::string text, read_text_file(path));
  const bool little = text.starts_with("\xFF\xFE");
  if (little || text.starts_with("\xFE\xFF")) text = from_utf16(std::string_view(text).substr(2), little);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // the mark that some editors write before UTF-8
  if (is_plain_utf8(text)) return text;
  const bool zeros = text.find('\0') != text.npos;
  return bad_input(fmt::format("{0}: is not UTF-8{1}; write it anew: iconv -f {2} -t UTF-8 {0} > names.txt",
                               path.string(), zeros ? ", and perhaps UTF-16 without its mark" : "",
                               zeros ? "UTF-16LE" : "ISO-8859-1"));
}

/// JSON, or what Python prints. Nothing for a text that only begins so, as "[CLS]" does.
Result<std::optional<Names>> from_brackets(const std::string& text, char first, const Path& path) {
  const auto json = parse_json(text, path);
  if (const auto python = json.ok() ? std::optional(*json) : parse_python_literal(text)) {
    SCOTOMA_ASSIGN_OR_RETURN(Names names, from_json(*python, path));
    return std::optional(std::move(names));
  }
  if (first == '{' || path.extension() == ".json") return json.error();
  return std::optional<Names>();
}

}  // namespace

Result<Names> read_class_names(const Path& path) {
  if (path.empty()) return bad_input("no file of class names is given");
  if (is_built_in(path)) return built_in_class_names(path);
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_as_utf8(path));
  const auto first = text.find_first_not_of(" \t\r\n");
  std::optional<Names> names;
  if (first != text.npos && (text[first] == '[' || text[first] == '{')) {
    SCOTOMA_ASSIGN_OR_RETURN(names, from_brackets(text, text[first], path));
  }
  if (!names) {
    SCOTOMA_ASSIGN_OR_RETURN(names, from_lines(text, path));
  }
  if (names->empty()) return bad_input(path.string() + ": holds no class names");
  return *names;
}

std::string advice_on_count(const Names& names, std::size_t outputs) {
  if (outputs == names.size() + 1) {
    return "; some networks have a class for the background, often the first: if this is one, add a name for it";
  }
  if (names.size() != outputs + 1) return {};
  const std::string& first = names.front();
  const std::set<std::string> odd = {"background", "__background__", "Background", "class", "classes", "name",
                                     "names",      "label",          "labels",     "Class", "Name",    "Label"};
  if (!odd.contains(first)) return {};
  return fmt::format("; '{}', the first of them, seems to be none of its classes: delete that line", first);
}

}  // namespace scotoma
