// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

namespace scotoma {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPart = ".part";
constexpr std::size_t kBlock = std::size_t{1} << 16;

/// What stands at a place that is no plain file; empty for one that is.
std::string other_than_file(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return "";
  if (S_ISDIR(status.st_mode)) return "a folder";
  if (S_ISFIFO(status.st_mode)) return "a pipe";
  return S_ISSOCK(status.st_mode) ? "a socket" : "a device";
}

Error cannot_read(const fs::path& path, int error) {
  const std::string message = fmt::format("{}: cannot be read ({})", path.string(), reason_of(error));
  if (error == ENOENT || error == ENOTDIR) return bad_input(path.string() + ": not there");
  return ran_out(error) || error == EIO ? failed(message) : bad_input(message);
}

Error cannot_write(const fs::path& path, int error) {
  return failed(fmt::format("{}: cannot be written ({}); mend that and run again, or choose another folder",
                            path.string(), reason_of(error)));
}

/// Errors: an errno, else 0.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Whether the name still leads to the file that is open: another process may have taken it for abandoned.
bool still_named(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

struct WrittenAside {
  fs::path path;
  Descriptor lock;
};

/// A locked file `PLACE.PID.SERIAL.part`. Errors: failed, naming `target`; then none is left.
Result<WrittenAside> written_aside(const fs::path& place, const fs::path& target, std::string_view bytes) {
  static std::atomic<std::uint64_t> serial{0};
  for (;;) {
    fs::path aside = place;
    aside += fmt::format(".{}.{}{}", ::getpid(), serial++, kPart);
    Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file.open()) return cannot_write(target, errno);
    const bool locked = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
    // Between the two calls another process may have taken it for abandoned.
    if ((!locked && errno == EWOULDBLOCK) || !still_named(file.get())) continue;
    if (const int error = write_all(file.get(), bytes); error != 0) {
      ::unlink(aside.c_str());
      return cannot_write(target, error);
    }
    return WrittenAside{std::move(aside), std::move(file)};
  }
}

/// The file behind a link, so that the link stays one.
fs::path behind_links(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path real = fs::weakly_canonical(path, error);
  return error ? path : real;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

bool ran_out(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOSPC || error == EDQUOT || error == EFBIG;
}

bool at_size_limit(const fs::path& file) {
  constexpr std::uintmax_t kGrowth = std::uintmax_t{32} << 10U;  // in one go, of SQLite's largest step
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return !error && size + kGrowth > limit.rlim_cur;
}

std::string reason_of(int error) {
  std::string reason = error == 0 ? "not written whole" : std::strerror(error);
  switch (error) {
    case EMFILE:
    case ENFILE:
      return reason + "; raise the limit with ulimit -n, or use fewer --threads";
    case EAGAIN:  // of what starts a thread or a process
      return "no more threads or processes may be started; raise the limit with ulimit -u, or use fewer --threads";
    case ENOMEM:
      return "out of memory; lower the batch sizes in the study, or the number of threads (--threads)";
    case ENOSPC:
    case EDQUOT:
      return reason + "; free some space";
    case EFBIG:
      return reason + "; raise the limit with ulimit -f";
    default:
      return reason;
  }
}

Result<PlainFile> open_plain_file(const fs::path& path) {
  // Without O_NONBLOCK the opening of a pipe waits for one that writes into it.
  PlainFile file{Descriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC))};
  if (!file.descriptor.open()) return cannot_read(path, errno);
  struct stat status {};
  if (::fstat(file.descriptor.get(), &status) != 0) return cannot_read(path, errno);
  if (const std::string other = other_than_file(status); !other.empty())
    return bad_input(fmt::format("{}: is {}, not a file", path.string(), other));
  file.size = status.st_size;
  return file;
}

Result<std::size_t> read_some(const PlainFile& file, std::span<char> out, const fs::path& path) {
  for (;;) {
    const ssize_t n = ::read(file.descriptor.get(), out.data(), out.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return cannot_read(path, errno);
  }
}

Result<std::string> read_plain_file(const fs::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const PlainFile file, open_plain_file(path));
  try {
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(file.size));
    for (;;) {
      const std::size_t before = bytes.size();
      bytes.resize(before + kBlock);
      SCOTOMA_ASSIGN_OR_RETURN(const std::size_t n, read_some(file, {bytes.data() + before, kBlock}, path));
      bytes.resize(before + n);
      if (n == 0) return bytes;
    }
  } catch (const std::bad_alloc&) {
    return cannot_read(path, ENOMEM);
  }
}

Result<Aside> Aside::write(const fs::path& target, std::string_view bytes) {
  const fs::path place = behind_links(target);
  struct stat status {};
  if (::stat(place.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return bad_input(
        fmt::format("{}: is {}, not a file; name another, or move it away", target.string(), other_than_file(status)));
  SCOTOMA_ASSIGN_OR_RETURN(auto file, written_aside(place, target, bytes));
  return Aside(place, std::move(file.path), std::move(file.lock));
}

Aside::Aside(Aside&& other) noexcept
    : target_(std::move(other.target_)),
      aside_(std::exchange(other.aside_, fs::path())),
      lock_(std::move(other.lock_)) {}

Aside::~Aside() {
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

Result<void> Aside::sync() const {
  if (::fsync(lock_.get()) != 0) return cannot_write(target_, errno);
  return {};
}

Result<void> Aside::place() {
  if (::rename(aside_.c_str(), target_.c_str()) != 0) return cannot_write(target_, errno);
  aside_.clear();
  return {};
}

Result<void> write_whole(const fs::path& path, std::string_view bytes) {
  const fs::path place = behind_links(path);
  remove_abandoned(place.has_parent_path() ? place.parent_path() : ".", place.filename().string() + ".");
  SCOTOMA_ASSIGN_OR_RETURN(Aside aside, Aside::write(path, bytes));
  return aside.place();
}

Result<void> check_new(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  return bad_input(
      fmt::format("{}: is there already, and nothing is overwritten; give another place with --to", path.string()));
}

Result<void> write_new(const fs::path& path, std::string_view bytes) {
  // An empty file of our own holds the place until the whole one takes it.
  const Descriptor claimed(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
  if (!claimed.open() && errno == EEXIST) return check_new(path);
  if (!claimed.open()) return cannot_write(path, errno);
  const Result<void> written = write_whole(path, bytes);
  if (!written.ok()) static_cast<void>(::unlink(path.c_str()));
  return written;
}

Result<void> write_whole_through(const fs::path& folder, const fs::path& path, std::string_view bytes) {
  std::error_code ignored;  // what is wrong shows when the file is written
  fs::create_directories(folder, ignored);
  SCOTOMA_ASSIGN_OR_RETURN(const WrittenAside file, written_aside(folder / path.filename(), path, bytes));
  if (::rename(file.path.c_str(), path.c_str()) == 0) return {};
  const int error = errno;
  ::unlink(file.path.c_str());
  return cannot_write(path, error);
}

Result<bool> clear_place(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return false;
  if (S_ISLNK(status.st_mode)) {
    struct stat behind {};
    if (::stat(path.c_str(), &behind) == 0 && S_ISREG(behind.st_mode)) return false;
  }
  const int removed = S_ISDIR(status.st_mode) ? ::rmdir(path.c_str()) : ::unlink(path.c_str());
  if (removed == 0 || errno == ENOENT) return true;  // gone: another process had the same thought
  if (errno != ENOTEMPTY && errno != EEXIST) return cannot_write(path, errno);
  return bad_input(fmt::format(
      "{}: is a folder that holds something, where a file belongs; remove it (rm -r) and run again", path.string()));
}

void remove_abandoned(const fs::path& folder, std::string_view name) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string file = at->path().filename().string();
    std::error_code ignored;
    if (!file.ends_with(kPart) || !file.starts_with(name) || !at->is_regular_file(ignored)) continue;
    const Descriptor part(::open(at->path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (part.open() && ::flock(part.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(at->path().c_str());
  }
}

FileState FileState::of(const fs::path& path) {
  struct stat status {};
  FileState state;
  if (::stat(path.c_str(), &status) != 0) return state;
  state.values_ = {static_cast<std::int64_t>(status.st_dev),
                   static_cast<std::int64_t>(status.st_ino),
                   static_cast<std::int64_t>(status.st_size),
                   status.st_mtim.tv_sec,
                   status.st_mtim.tv_nsec,
                   status.st_ctim.tv_sec,
                   status.st_ctim.tv_nsec};
  return state;
}

}  // namespace scotoma
