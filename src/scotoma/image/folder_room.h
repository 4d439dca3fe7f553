// SPDX-License-Identifier: Apache-2.0
// How large a folder of images may grow, where they can be had again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

namespace scotoma {

/// Safe to use from several threads; several processes may hold one folder down, each to its own limit.
class FolderRoom {
 public:
  /// `folder`: that of an ImageFolder; `most_bytes`: of its images together.
  FolderRoom(const std::filesystem::path& folder, std::uint64_t most_bytes)
      : images_(folder / "images"), most_bytes_(most_bytes) {}

  /// Says that images were written. Where they are too many, those that were not used for longest are removed, until
  /// three quarters of the limit are left.
  void added(std::uint64_t bytes);

  /// Says that an image's file was used just now.
  static void used(const std::filesystem::path& file);

 private:
  void count_and_remove();

  std::filesystem::path images_;
  std::uint64_t most_bytes_;
  std::mutex mutex_;
  std::optional<std::uint64_t> bytes_;  ///< nothing before the first look
};

}  // namespace scotoma
