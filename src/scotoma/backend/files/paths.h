// SPDX-License-Identifier: Apache-2.0
// What lies at a path, for folders and files that users name. A path that cannot be looked at (no permission, a loop of
// links, a name that is too long) counts as nothing there; std::filesystem would throw.
#pragma once

#include <filesystem>

namespace scotoma {

inline bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

inline bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

inline bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace scotoma
