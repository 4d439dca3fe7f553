// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace scotoma {
namespace {

constexpr const char* kFile = "scotoma.lock";

std::string host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// Of a lock file: the work, then the process and its machine, a line each. Empty between the holder's lock and its
/// words.
std::string holder(int file) {
  std::array<char, 4096> bytes{};
  const ssize_t n = ::pread(file, bytes.data(), bytes.size(), 0);
  const std::string text(bytes.data(), static_cast<std::size_t>(n < 0 ? 0 : n));
  const auto line = [&](std::size_t from) { return text.substr(from, text.find('\n', from) - from); };
  const std::string doing = line(0);
  if (doing.empty() || doing.size() + 1 >= text.size()) return "another run is working";
  const std::string process = line(doing.size() + 1);
  const std::string machine = process.substr(std::min(process.size(), process.find(' ') + 1));
  return fmt::format("`{}` is running (process {}{})", doing, process.substr(0, process.find(' ')),
                     machine.empty() || machine == host() ? "" : " on " + machine);
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder, const std::string& doing,
                                    std::string_view advice) {
  const std::string path = (folder / kFile).string();
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (!file.open()) {
    return failed(fmt::format("{}: cannot be opened ({}); choose another folder with --out", path, reason_of(errno)));
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return failed(fmt::format("{}: cannot be locked ({}); choose another folder with --out, on a local disk", path,
                                reason_of(errno)));
    }
    if (!advice.empty()) return bad_input(fmt::format("{}: {} there. {}", folder.string(), holder(file.get()), advice));
    return bad_input(
        fmt::format("{0}: {1} there. Wait until it ends, or choose another folder with --out (with --cache {0}, "
                    "too, it shares the answers)",
                    folder.string(), holder(file.get())));
  }
  std::string line = doing;
  for (char& c : line) c = c == '\n' ? ' ' : c;
  const std::string text = fmt::format("{}\n{} {}\n", line, ::getpid(), host());
  // Only for the message that others get: nothing is lost where it cannot be written.
  static_cast<void>(!::ftruncate(file.get(), 0));
  static_cast<void>(!::pwrite(file.get(), text.data(), text.size(), 0));
  return FolderLock(std::move(file));
}

}  // namespace scotoma
