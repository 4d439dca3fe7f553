// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <set>
#include <string_view>

#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr std::size_t kLongest = 60;  // leaves room for what stands behind it, and for ustar's 100 bytes of a path

/// By these words, between anything but letters, Hugging Face datasets 5.2.0 sorts files into sides wherever they stand
/// in a path (SPLIT_KEYWORDS in its data_files.py).
constexpr std::array<std::string_view, 10> kSideWords = {"train", "training", "validation", "valid", "dev",
                                                         "val",   "test",     "testing",    "eval",  "evaluation"};

/// Names of devices on Windows: no file there may be called so.
bool is_reserved(const std::string& name) {
  constexpr std::array<std::string_view, 4> kDevices = {"con", "prn", "aux", "nul"};
  for (const std::string_view device : kDevices) {
    if (name == device) return true;
  }
  return name.size() == 4 && (name.starts_with("com") || name.starts_with("lpt")) &&
         std::isdigit(static_cast<unsigned char>(name[3])) != 0;
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// An x behind every word that names a side, which makes it none.
std::string without_side_words(const std::string& name) {
  std::string out;
  std::size_t begin = 0;  // of the word
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && is_letter(name[i])) continue;
    const std::string word = name.substr(begin, i - begin);
    out += word;
    if (std::find(kSideWords.begin(), kSideWords.end(), word) != kSideWords.end()) out += 'x';
    if (i < name.size()) out += name[i];
    begin = i + 1;
  }
  return out;
}

std::string file_name(const std::string& text) {
  std::string name = slug(text).substr(0, kLongest);
  while (name.ends_with('-')) name.pop_back();
  if (name.empty()) return "unnamed";
  return is_reserved(name) ? "the-" + name : without_side_words(name);
}

}  // namespace

std::vector<std::string> file_names(const std::vector<std::string>& texts) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    const std::string name = file_name(text);
    std::string free = name;
    for (int n = 2; !taken.insert(free).second; ++n) free = fmt::format("{}-{}", name, n);
    names.push_back(std::move(free));
  }
  return names;
}

}  // namespace scotoma
