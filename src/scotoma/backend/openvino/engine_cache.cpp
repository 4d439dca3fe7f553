// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/engine_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <vector>

#include "scotoma/core/file.h"
#include "scotoma/core/hash.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBlobs = 4;  ///< of one model: older ones are of other engines, processors or weights

/// Bytes that the model's compiled form grows with.
std::uintmax_t weights_of(const fs::path& model) {
  std::error_code error;
  const std::uintmax_t own = fs::file_size(model, error);
  const std::uintmax_t bin = fs::file_size(fs::path(model).replace_extension(".bin"), error);
  return error ? own : own + bin;
}

/// The files of the engine in a model's folder, the newest first.
std::vector<fs::path> blobs_in(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".blob") found.emplace_back(fs::last_write_time(at->path(), error), at->path());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> blobs;
  for (auto& [time, path] : found) blobs.push_back(std::move(path));
  return blobs;
}

/// Checksums by file name.
std::map<std::string, std::string> sums_in(const fs::path& folder) {
  std::map<std::string, std::string> sums;
  const auto text = read_plain_file(folder / "sums");
  std::istringstream lines(text.ok() ? *text : "");
  for (std::string sum, name; lines >> sum >> name;) sums[name] = sum;
  return sums;
}

void remove_damaged(const fs::path& folder) {
  const auto sums = sums_in(folder);
  for (const fs::path& blob : blobs_in(folder)) {
    const auto wanted = sums.find(blob.filename().string());
    const auto sum = wanted == sums.end() ? Result<std::string>("") : sha256_of_file(blob);
    if (wanted != sums.end() && sum.ok() && *sum == wanted->second) continue;
    std::error_code ignored;
    fs::remove(blob, ignored);
  }
}

/// Opened and locked; -1: cannot be, errno says why. With `wait` it waits for others.
int locked(const fs::path& file, bool wait) {
  const int lock = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (lock < 0) return -1;
  int done = -1;
  do done = ::flock(lock, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
  while (done != 0 && errno == EINTR);
  if (done == 0) return lock;
  const int why = errno;
  ::close(lock);
  errno = why;
  return -1;
}

struct Kept {
  fs::file_time_type asked_for;
  fs::path folder;
  std::uintmax_t bytes = 0;
};

/// What the cache holds of each model, that not asked for longest first.
std::vector<Kept> all_in(const fs::path& base) {
  std::vector<Kept> all;
  std::error_code error;
  for (fs::recursive_directory_iterator at(base, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() != "sums") continue;
    Kept kept{fs::last_write_time(at->path(), error), at->path().parent_path()};
    for (const fs::path& blob : blobs_in(kept.folder)) {
      std::error_code gone;
      const std::uintmax_t bytes = fs::file_size(blob, gone);
      kept.bytes += gone ? 0 : bytes;
    }
    all.push_back(std::move(kept));
  }
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.asked_for < b.asked_for; });
  return all;
}

/// Removes what was not asked for longest, but for `own`, and what others are at.
void make_room(const fs::path& base, const fs::path& own, std::uintmax_t largest) {
  const std::vector<Kept> all = all_in(base);
  std::uintmax_t bytes = 0;
  for (const Kept& each : all) bytes += each.bytes;
  for (const Kept& each : all) {
    if (bytes <= largest) return;
    if (each.folder == own) continue;
    const int lock = locked(each.folder / "lock", false);
    if (lock < 0) continue;
    std::error_code ignored;
    for (const fs::path& blob : blobs_in(each.folder)) fs::remove(blob, ignored);
    fs::remove(each.folder / "sums", ignored);
    ::close(lock);
    bytes -= each.bytes;
  }
}

}  // namespace

Result<CacheTurn> CacheTurn::take(const fs::path& usual, const std::string& settings, const fs::path& model) {
  const char* given = std::getenv("SCOTOMA_ENGINE_CACHE");
  CacheTurn turn;
  const fs::path base = given != nullptr ? fs::path(given) : usual;
  if (base.empty() || weights_of(model) > kLargestModel) return turn;
  const std::string name = fs::absolute(model).string();
  const fs::path folder = base / settings / sha256_hex(std::string_view(name)).substr(0, 16);
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (!problem) turn.lock_ = locked(folder / "lock", true);
  if (turn.lock_ < 0) {
    const std::string why = problem ? problem.message() : std::strerror(errno);
    if (given == nullptr) return turn;
    return bad_input(fmt::format("{}: {}; SCOTOMA_ENGINE_CACHE must name a folder that can be written to", given, why));
  }
  turn.base_ = base;
  turn.folder_ = folder;
  remove_damaged(folder);
  return turn;
}

CacheTurn::~CacheTurn() {
  if (lock_ >= 0) ::close(lock_);
}

void CacheTurn::keep(std::uintmax_t largest_cache) const {
  if (folder_.empty()) return;
  const auto known = sums_in(folder_);
  std::string sums;
  std::size_t kept = 0;
  bool changed = false;
  for (const fs::path& blob : blobs_in(folder_)) {
    const std::string name = blob.filename().string();
    const auto old = known.find(name);
    changed = changed || old == known.end();
    if (kept++ >= kMostBlobs) {
      std::error_code ignored;
      fs::remove(blob, ignored);
      continue;
    }
    const auto sum = old != known.end() ? Result<std::string>(old->second) : sha256_of_file(blob);
    if (sum.ok()) sums += fmt::format("{} {}\n", *sum, name);
  }
  std::error_code ignored;
  fs::last_write_time(folder_ / "sums", fs::file_time_type::clock::now(), ignored);
  if (!changed) return;
  static_cast<void>(write_whole(folder_ / "sums", sums).ok());
  make_room(base_, folder_, largest_cache);
}

}  // namespace scotoma
