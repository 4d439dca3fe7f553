// SPDX-License-Identifier: Apache-2.0
// scotoma options: every key of a study file.
#include "scotoma/study/options.h"

#include "terminal.h"
#include "verbs.h"

namespace scotoma {

void add_options(CLI::App& app, Run& run) {
  auto* verb = app.add_subcommand("options", "list every key of a study file with its default, as Markdown");
  verb->callback([&run] {
    run = [] {
      say_lines(options_markdown());
      return Result<void>();
    };
  });
}

}  // namespace scotoma
