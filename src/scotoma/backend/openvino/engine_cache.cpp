// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/engine_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace scotoma {

Result<CacheTurn> CacheTurn::take(const std::string& settings) {
  const char* given = std::getenv("SCOTOMA_ENGINE_CACHE");
  CacheTurn turn;
  if (given == nullptr || *given == '\0') return turn;
  turn.folder_ = std::filesystem::path(given) / settings;
  const auto refused = [&](const std::string& why) {
    return bad_input(fmt::format("{}: {}; SCOTOMA_ENGINE_CACHE must name a folder that can be written to", given, why));
  };
  std::error_code problem;
  std::filesystem::create_directories(turn.folder_, problem);
  if (problem) return refused(problem.message());
  turn.lock_ = ::open((turn.folder_ / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  int locked = -1;
  if (turn.lock_ >= 0) {
    do locked = ::flock(turn.lock_, LOCK_EX);
    while (locked != 0 && errno == EINTR);
  }
  if (locked != 0) return refused(std::strerror(errno));
  return turn;
}

CacheTurn::~CacheTurn() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace scotoma
