// SPDX-License-Identifier: Apache-2.0
// A file that is written from its begin to its end.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include "scotoma/core/result.h"

namespace scotoma {

class OutputFile {
 public:
  /// Creates the file, with the folders above it, or empties it. Errors: failed when that is not possible.
  static Result<OutputFile> create(const std::filesystem::path& path);

  /// Errors: failed when the disk is full; the file is then of no use any more.
  Result<void> write(std::string_view bytes);

  /// What was written may be in a buffer until then. Errors: as write().
  Result<void> close();

 private:
  explicit OutputFile(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> checked() const;

  std::filesystem::path path_;
  std::ofstream out_;
};

/// A whole file at once. Errors: those of OutputFile.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace scotoma
