// SPDX-License-Identifier: Apache-2.0
// Plain files, read and written without surprises: they appear whole or not at all, nothing is waited for that never
// comes, and what the system runs out of is called by its name.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// A descriptor that is closed with its owner and not handed on to child programs; -1: none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

/// "models/net/" -> "models/net", so that its name is that of its last part.
inline std::filesystem::path without_slash(const std::filesystem::path& path) {
  return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

/// What an errno means. Where memory, file handles or room on the disk have run out, also what to do.
std::string reason_of(int error);

/// Whether this errno means that the process or the machine has run out of something: the input is not to blame.
bool ran_out(int error);

/// Whether the process may hardly write any more into this file: its size is next to the limit of the process
/// (`ulimit -f`). For libraries that keep no errno.
bool at_size_limit(const std::filesystem::path& file);

struct PlainFile {
  Descriptor descriptor;
  off_t size = 0;  ///< bytes, when it was opened
};

/// Opens a plain file for reading. Errors: those of read_plain_file.
Result<PlainFile> open_plain_file(const std::filesystem::path& path);

/// Its next bytes, as many as there are and fit; 0 at its end. `path` is for messages. Errors: bad_input, or failed
/// where the disk cannot be read.
Result<std::size_t> read_some(const PlainFile& file, std::span<char> out, const std::filesystem::path& path);

/// All bytes of a plain file. Errors, "PATH: REASON": bad_input where nothing is there, or a folder, pipe, socket or
/// device, which are not waited for; failed where memory or file handles have run out or the disk cannot be read.
Result<std::string> read_plain_file(const std::filesystem::path& path);

/// A file written whole beside its place, `NAME.PID.SERIAL.part`, and locked until it is put there or given up, so that
/// remove_abandoned() of another process leaves it alone.
class Aside {
 public:
  /// Errors: failed, naming `target`, when it cannot be written; bad_input when something other than a file is there.
  static Result<Aside> write(const std::filesystem::path& target, std::string_view bytes);
  Aside(Aside&&) noexcept;
  Aside& operator=(Aside&&) = delete;
  ~Aside();  ///< removes what was not placed

  /// Where the file stands until it is placed: for those that write on into it themselves.
  const std::filesystem::path& path() const { return aside_; }

  /// Has the disk hold all of it, so that not even a power cut leaves half of it in its place. Errors: failed.
  Result<void> sync() const;

  /// Puts the file in its place, where it replaces what was there. Errors: failed.
  Result<void> place();

 private:
  Aside(std::filesystem::path target, std::filesystem::path aside, Descriptor lock)
      : target_(std::move(target)), aside_(std::move(aside)), lock_(std::move(lock)) {}

  std::filesystem::path target_;
  std::filesystem::path aside_;  ///< empty: placed, or moved away
  Descriptor lock_;
};

/// Writes a whole file or leaves the old one. Removes what killed processes left of the same file. Errors: of Aside.
Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes);

/// The same where nothing may be replaced: not even what another process puts there meanwhile. Errors: also bad_input
/// where something is there already.
Result<void> write_new(const std::filesystem::path& path, std::string_view bytes);

/// What write_new() says of a place that is taken. Errors: bad_input, with what to do.
Result<void> check_new(const std::filesystem::path& path);

/// As write_whole(), written aside in another folder of the same file system, which is made where it is missing: so
/// what killed processes left is found there (remove_abandoned), however many files the path's own folder holds.
/// Errors: failed.
Result<void> write_whole_through(const std::filesystem::path& folder, const std::filesystem::path& path,
                                 std::string_view bytes);

/// Makes room for a file where nothing of worth can stand: removes a pipe, a socket, a device, an empty folder or a
/// link to no plain file (the link, not what it leads to). A plain file stays. True: something was removed. Errors:
/// bad_input, with what to remove, where a folder holds something; failed where the place cannot be cleared.
Result<bool> clear_place(const std::filesystem::path& path);

/// Removes the `.part` files of dead processes from a folder; of those whose names begin with `name`, where it is
/// given. Files that a process is writing now are left: they are locked.
void remove_abandoned(const std::filesystem::path& folder, std::string_view name = {});

/// What shows that a file was written or replaced: where it lies on its disk, its size and its times, the last of which
/// nobody can set back.
class FileState {
 public:
  /// Of what a path leads to; all of one kind where nothing is there.
  static FileState of(const std::filesystem::path& path);

  bool operator==(const FileState&) const = default;

 private:
  std::array<std::int64_t, 7> values_ = {};
};

}  // namespace scotoma
