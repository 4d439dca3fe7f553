// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/append.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "scotoma/core/file.h"

namespace scotoma {
namespace {

std::string cannot(const std::filesystem::path& path, int error) {
  return fmt::format("{}: cannot be written ({})", path.string(), reason_of(error));
}

}  // namespace

std::uint64_t size_of_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

Result<void> append_to_file(const std::filesystem::path& path, std::string_view text) {
  // Does not wait for the reader of a pipe.
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (!file.open()) return ran_out(errno) ? failed(cannot(path, errno)) : bad_input(cannot(path, errno));
  struct stat before {};
  if (::fstat(file.get(), &before) != 0 || !S_ISREG(before.st_mode))
    return bad_input(fmt::format("{}: no plain file", path.string()));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(file.get(), text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = written < 0 ? errno : ENOSPC;
      static_cast<void>(!::ftruncate(file.get(), before.st_size));
      return failed(cannot(path, error));
    }
    done += static_cast<std::size_t>(written);
  }
  return {};
}

}  // namespace scotoma
