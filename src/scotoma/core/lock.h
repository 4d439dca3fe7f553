// SPDX-License-Identifier: Apache-2.0
// One process at a time writes into a folder of results.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "scotoma/core/file.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// Held from take() until it is destroyed, or its process ends in whatever way: the system itself gives it back, so a
/// killed run leaves none behind. The file `scotoma.lock` stays in the folder; it says who had the lock last.
class FolderLock {
 public:
  /// `doing` says to others what runs here: "scotoma find study.toml". Errors: bad_input, naming process and work, with
  /// what to do (`advice`, in place of another folder for --out), where another has the lock; failed where the folder
  /// is not there, or the system has no lock to give.
  static Result<FolderLock> take(const std::filesystem::path& folder, const std::string& doing,
                                 std::string_view advice = {});

 private:
  explicit FolderLock(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
};

}  // namespace scotoma
