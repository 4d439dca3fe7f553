#include "export/names.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cstddef>
#include <set>
#include <string_view>

#include "finding/count.h"

namespace scotoma {
namespace {

constexpr std::size_t kLongest = 60;  // leaves room for a number behind it, and for ustar's 100 bytes of a path

/// Names of devices on Windows: no file there may be called so.
bool is_reserved(const std::string& name) {
  constexpr std::array<std::string_view, 4> kDevices = {"con", "prn", "aux", "nul"};
  for (const std::string_view device : kDevices) {
    if (name == device) return true;
  }
  return name.size() == 4 && (name.starts_with("com") || name.starts_with("lpt")) &&
         std::isdigit(static_cast<unsigned char>(name[3])) != 0;
}

std::string file_name(const std::string& text) {
  std::string name = slug(text).substr(0, kLongest);
  while (name.ends_with('-')) name.pop_back();
  if (name.empty()) return "unnamed";
  return is_reserved(name) ? "the-" + name : name;
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
