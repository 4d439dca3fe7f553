// SPDX-License-Identifier: Apache-2.0
// Tar archives of regular files: POSIX.1-1988 "ustar", as IEEE Std 1003.1 describes it under pax.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "scotoma/core/result.h"
#include "scotoma/export/output_file.h"

namespace scotoma {

/// Writes one archive. Its bytes are a function of names and contents alone: no clock, no owner.
class TarFile {
 public:
  /// Errors: those of OutputFile.
  static Result<TarFile> create(const std::filesystem::path& path);

  /// Adds a file. Errors: failed for a name that is empty or has more than 100 bytes, or for 8 GiB and more; those of
  /// OutputFile.
  Result<void> add(std::string_view name, std::string_view bytes);

  /// Two empty blocks end an archive. Errors: those of OutputFile.
  Result<void> close();

  /// Bytes written so far, without the end.
  std::uint64_t size() const { return size_; }

  /// Bytes that a file of this length takes: its header, and its contents filled up to blocks of 512.
  static std::uint64_t room(std::uint64_t length) { return kBlock + (length + kBlock - 1) / kBlock * kBlock; }

 private:
  static constexpr std::uint64_t kBlock = 512;
  explicit TarFile(OutputFile file) : file_(std::move(file)) {}

  OutputFile file_;
  std::uint64_t size_ = 0;
};

}  // namespace scotoma
