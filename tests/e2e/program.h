// The real program, run as a user runs it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace scotoma::e2e {

struct Outcome {
  int code = -1;       ///< exit code; 128 + signal when killed
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

/// Runs scotoma with these arguments and waits. `kill_after_ms` >= 0: SIGKILL after that time, if it still runs.
Outcome run(const std::vector<std::string>& arguments, int kill_after_ms = -1);

/// A small study on the embedded world: two labels, few images, four steps. Every `from` is replaced by its `to`, which
/// must occur; paths are absolute, so the file may lie anywhere.
std::string small_study(const std::vector<std::pair<std::string, std::string>>& edits = {});

std::string read_file(const std::filesystem::path& path);

}  // namespace scotoma::e2e
