// SPDX-License-Identifier: Apache-2.0
// scotoma demo: the run on the embedded world.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "scotoma/wording/text.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

/// The folder that holds examples/ and world/: the user's, the caller's, the one installed beside the program, or the
/// source's.
std::filesystem::path home() {
  const char* given = std::getenv("SCOTOMA_HOME");
  if (given != nullptr && *given != '\0') return given;
  if (!this_program().home.empty()) return this_program().home;
  std::error_code problem;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", problem);
  auto installed = program.parent_path().parent_path() / "share" / "scotoma";
  if (!problem && std::filesystem::is_directory(installed / "examples", problem)) return installed;
  return SCOTOMA_HOME_DIR;
}

void say_what_next(const FindArguments& arguments) {
  const auto report = std::filesystem::absolute(out_folder(arguments) / "report.html").lexically_normal();
  say("\nWhat next:\n");
  say("  see it        xdg-open {}\n", quote_for_shell(report.string()));
  say("  your model    scotoma init MODEL.onnx --labels CLASS_NAMES --export FOLDER_OF_MODELS\n");
  say("  read on       {}, {}\n", (home() / "README.md").string(), (home() / "docs" / "study.md").string());
}

}  // namespace

void add_demo(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<FindArguments>();
  auto* verb = app.add_subcommand("demo", "find the bug of a small classifier that learned from skewed images");
  verb->add_option("--out", arguments->out, "folder of cache and results; default: scotoma-demo, in the working folder")
      ->type_name("FOLDER");
  verb->add_option("--threads", arguments->threads, "threads; default: all cores")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  add_progress(*verb, *arguments);
  verb->add_flag("--open", arguments->open, "open the report when it is there");
  verb->callback([&run, arguments] {
    arguments->remembers = true;
    run = [arguments]() -> Result<void> {
      arguments->study = home() / "examples" / "world-skewed.toml";
      if (arguments->out.empty()) arguments->out = "scotoma-demo";
      if (!std::filesystem::exists(arguments->study)) {
        return bad_input(fmt::format("{}: not there; set SCOTOMA_HOME to the folder that holds examples/ and world/",
                                     arguments->study.string()));
      }
      SCOTOMA_RETURN_IF_ERROR(run_find(*arguments));
      say_what_next(*arguments);
      return {};
    };
  });
}

}  // namespace scotoma
