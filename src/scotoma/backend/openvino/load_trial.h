// SPDX-License-Identifier: Apache-2.0
// Model files are what others made, and some crash the libraries that read them: the tokenizers' library ends the
// process on a damaged vocabulary. So a file is first loaded in a process of its own, once for its fingerprint.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "scotoma/core/file.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// What is done with a file in the trial.
enum class TrialKind {
  network = 'n',      ///< it is read. Not compiled: that depends on the options, and may take minutes
  tokenizer = 't',    ///< read, compiled, and given texts
  detokenizer = 'd',  ///< read, compiled, and given ids
  checkpoint = 'c',   ///< of stable-diffusion.cpp: loaded, and asked for an image in one step
};

/// What a trial is about.
struct TriedFile {
  TrialKind kind;
  std::filesystem::path file;  ///< what messages name
  std::string message;         ///< what the child is sent: the path, or a checkpoint's options as TOML
};

/// Hands files to a child program, which serves all of them until it crashes. Thread-safe; of one study.
class LoadTrial {
 public:
  struct Options {
    /// Program and arguments; its standard input is a socket, on which it must call serve_load_trials().
    std::vector<std::string> command;
    std::filesystem::path memory = {};  ///< lists what has passed; made, with its folder; empty: none
    std::chrono::seconds patience = std::chrono::minutes(10);  ///< for one file
  };

  explicit LoadTrial(Options options) : options_(std::move(options)) {}
  ~LoadTrial();
  LoadTrial(const LoadTrial&) = delete;
  LoadTrial& operator=(const LoadTrial&) = delete;

  /// Returns when the file may be loaded in this process: its fingerprint has passed before, or the child has loaded
  /// it, or refused it with an error of its own, which loading here gives again. Errors: bad_input naming the file
  /// where the child crashed, or did not end in time; failed where no child can be started.
  Result<void> pass(TrialKind kind, const std::filesystem::path& file, const std::string& fingerprint);

  /// The same of a checkpoint with its options, as parse_generator() reads them; `file` is for messages.
  Result<void> pass_generator(const std::string& options, const std::filesystem::path& file,
                              const std::string& fingerprint);

  /// What else has been found well of a model: whether it was noted, here or in the memory, and noting it.
  bool knows(const std::string& fingerprint);
  void note(const std::string& fingerprint);

 private:
  Result<void> pass(const TriedFile& tried, const std::string& fingerprint);
  Result<void> start();
  Result<bool> ask(const TriedFile& tried);
  Error ended(const TriedFile& tried);
  void recall();
  void remember(const std::string& fingerprint);
  int stop();

  Options options_;
  std::mutex mutex_;
  bool recalled_ = false;
  std::set<std::string> passed_;
  pid_t child_ = -1;
  Descriptor socket_;
};

/// The child's part: loads the files that come through the socket until its other end is closed. `before` is called
/// with each file first. Gives an exit code.
int serve_load_trials(int socket, void (*before)(const std::filesystem::path& file) = nullptr);

}  // namespace scotoma
