// SPDX-License-Identifier: Apache-2.0
// scotoma try-loading: not for people. The program runs itself so to load model files where a crash does no harm.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "scotoma/backend/openvino/load_trial.h"
#include "verbs.h"

namespace scotoma {
namespace {

/// For tests, which hold no file that truly crashes a library: SCOTOMA_TRY_LOADING_CRASHES_AT names the end of a path.
void crash_where_told(const std::filesystem::path& file) {
  const char* end = std::getenv("SCOTOMA_TRY_LOADING_CRASHES_AT");
  if (end == nullptr || *end == '\0' || !file.string().ends_with(end)) return;
  ::signal(SIGSEGV, SIG_DFL);  // sanitizers would make an exit code of it
  static_cast<void>(::raise(SIGSEGV));
}

}  // namespace

void add_try_loading(CLI::App& app, Run& run) {
  app.add_subcommand("try-loading")->group("")->callback([&run] {
    run = [] {
      const int code = serve_load_trials(STDIN_FILENO, crash_where_told);
      return code == 0 ? Result<void>() : Result<void>(failed("the socket of the program that asked is gone"));
    };
  });
}

}  // namespace scotoma
