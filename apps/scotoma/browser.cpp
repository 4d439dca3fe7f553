// SPDX-License-Identifier: Apache-2.0
#include "browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace scotoma {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool open_in_browser(const std::filesystem::path& file) {
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) return false;
  posix_spawn_file_actions_t streams;
  posix_spawnattr_t apart;
  ::posix_spawn_file_actions_init(&streams);
  ::posix_spawnattr_init(&apart);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})  // what browsers say is not ours to print
    ::posix_spawn_file_actions_addopen(&streams, stream, "/dev/null", O_RDWR, 0);
  ::posix_spawnattr_setflags(&apart, POSIX_SPAWN_SETSID);  // Ctrl-C here does not close it
  std::string program = "xdg-open";
  std::string path = std::filesystem::absolute(file).lexically_normal().string();
  const std::array<char*, 3> arguments = {program.data(), path.data(), nullptr};
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, program.c_str(), &streams, &apart, arguments.data(), environ);
  ::posix_spawnattr_destroy(&apart);
  ::posix_spawn_file_actions_destroy(&streams);
  return error == 0;
}

}  // namespace scotoma
