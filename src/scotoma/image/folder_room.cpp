// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/folder_room.h"

#include <algorithm>
#include <vector>

namespace scotoma {
namespace fs = std::filesystem;
namespace {

struct File {
  fs::file_time_type used;
  std::uint64_t bytes;
  fs::path path;
};

/// The images; what another process removes meanwhile is left out.
std::vector<File> files_in(const fs::path& images) {
  std::vector<File> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(images, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (at->path().extension() != ".png" || !at->is_regular_file(gone)) continue;
    File file{at->last_write_time(gone), at->file_size(gone), at->path()};
    if (!gone) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

void FolderRoom::added(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes_) *bytes_ += bytes;
  if (!bytes_ || *bytes_ > most_bytes_) count_and_remove();
}

void FolderRoom::used(const fs::path& file) {
  std::error_code ignored;  // a file of another user's
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
}

void FolderRoom::count_and_remove() {
  auto files = files_in(images_);
  std::uint64_t bytes = 0;
  for (const File& file : files) bytes += file.bytes;
  if (bytes > most_bytes_) {
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
    for (const File& file : files) {
      if (bytes <= most_bytes_ / 4 * 3) break;
      std::error_code error;
      if (fs::remove(file.path, error) || !error) bytes -= file.bytes;
    }
  }
  bytes_ = bytes;
}

}  // namespace scotoma
