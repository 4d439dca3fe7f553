// SPDX-License-Identifier: Apache-2.0
// A folder that appears whole or not at all.
#pragma once

#include <filesystem>
#include <memory>

#include "scotoma/core/result.h"

namespace scotoma {

/// Errors: bad_input when something is there already that is no empty folder: nothing of a user's is ever overwritten.
Result<void> check_vacant(const std::filesystem::path& folder);

/// Files are written into `FOLDER.partial-PID` beside the folder, which commit() renames. Whatever ends the work before
/// that, but a kill, takes the unfinished folder along.
class NewFolder {
 public:
  /// Errors: those of check_vacant; bad_input when the place cannot be written.
  static Result<std::unique_ptr<NewFolder>> begin(const std::filesystem::path& folder);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where to write until commit().
  const std::filesystem::path& path() const { return partial_; }

  /// Errors: failed when something has come into the folder's place meanwhile.
  Result<void> commit();

 private:
  NewFolder(std::filesystem::path folder, std::filesystem::path partial)
      : folder_(std::move(folder)), partial_(std::move(partial)) {}

  std::filesystem::path folder_;
  std::filesystem::path partial_;
  bool committed_ = false;
};

}  // namespace scotoma
