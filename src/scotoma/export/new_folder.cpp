// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/new_folder.h"

#include <fmt/format.h>
#include <unistd.h>

namespace scotoma {
namespace fs = std::filesystem;
namespace {

/// Absolute, without links and without a slash at its end: what can be renamed.
fs::path real_place(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(fs::absolute(folder, error), error);
  return real.has_filename() ? real : real.parent_path();
}

}  // namespace

Result<void> check_vacant(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(folder, error);
  if (status.type() == fs::file_type::not_found) return {};
  if (!fs::is_directory(folder, error)) {
    return bad_input(fmt::format("{}: there already, and no folder; choose another with --to", folder.string()));
  }
  if (fs::is_empty(folder, error) && !error) return {};
  return bad_input(fmt::format("{}: {}; choose another folder with --to, or delete this one", folder.string(),
                               error ? "cannot be read" : "not empty"));
}

Result<std::unique_ptr<NewFolder>> NewFolder::begin(const fs::path& folder) {
  SCOTOMA_RETURN_IF_ERROR(check_vacant(folder));
  const fs::path place = real_place(folder);
  fs::path partial = place;
  partial += fmt::format(".partial-{}", ::getpid());
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  if (!error && !fs::create_directory(partial, error) && !error) error = std::make_error_code(std::errc::file_exists);
  if (error) {
    return bad_input(
        fmt::format("{}: cannot be created ({}); choose another folder with --to", partial.string(), error.message()));
  }
  return std::unique_ptr<NewFolder>(new NewFolder(place, partial));
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(partial_, ignored);
}

Result<void> NewFolder::commit() {
  std::error_code error;
  fs::rename(partial_, folder_, error);  // onto nothing, or onto an empty folder
  if (error) {
    return failed(fmt::format("{}: cannot be put in its place ({}); choose another folder with --to", folder_.string(),
                              error.message()));
  }
  committed_ = true;
  return {};
}

}  // namespace scotoma
