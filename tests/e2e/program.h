// SPDX-License-Identifier: Apache-2.0
// The real program, run as a user runs it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fake/places.h"

namespace scotoma::fake {
class Folder;
}

namespace scotoma::e2e {

// As text, to be written into a study.
inline const std::string kWorldText = kWorld.string();
inline const std::string kModelsText = kModels.string();

struct Outcome {
  int code = -1;       ///< exit code; 128 + signal when killed
  int signal = 0;      ///< that killed it; 0: it ended by itself
  std::string output;  ///< standard output; on a terminal, standard error too
  std::string errors;  ///< standard error
};

struct Circumstances {
  std::function<bool()> stop_when = {};  ///< asked again and again while the program runs; true: it gets `signal`, once
  int signal = 9;
  bool terminal = false;                                              ///< all streams are a terminal
  std::string typed = {};                                             ///< on the terminal, before the program asks
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to this process's, less NO_COLOR
  std::string output_file = {};    ///< where standard output goes instead; `output` is then empty
  bool reader_gone = false;        ///< standard output is a pipe that nobody reads any more; `output` is then empty
  std::uint64_t largest_file = 0;  ///< bytes that a file may have; 0: no limit
  std::uint64_t open_files = 0;    ///< that it may have at a time; 0: no limit
  bool no_threads = false;         ///< it may start none, nor processes
};

/// Runs scotoma with these arguments and waits for its end.
Outcome run(const std::vector<std::string>& arguments, const Circumstances& circumstances = {});

/// A small study on the embedded world: two labels, few images, four steps. Every `from` is replaced by its `to`, which
/// must occur; paths are absolute, so the file may lie anywhere.
std::string small_study(const std::vector<std::pair<std::string, std::string>>& edits = {});

/// A study and the folder of its results.
struct Finished {
  std::filesystem::path study;
  std::filesystem::path out;
};

/// small_study(edits), finished with two threads: study.toml and out/ in the test's folder, the test's own to change.
/// The run itself is run once for all tests of a build, whatever process they run in.
Finished finished_study(const fake::Folder& folder, const std::vector<std::pair<std::string, std::string>>& edits = {});

std::string read_file(const std::filesystem::path& path);

/// Models' answers in the cache of a folder, by a reader that changes nothing; 0 while there is none. The program may
/// be writing, or may have been killed.
int answers_in(const std::filesystem::path& folder);

}  // namespace scotoma::e2e
