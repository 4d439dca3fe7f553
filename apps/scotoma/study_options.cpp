// SPDX-License-Identifier: Apache-2.0
// What the verbs on a study have in common.
#include <map>
#include <string>

#include "verbs.h"

namespace scotoma {

void add_study(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("STUDY", arguments.study, "the study file (study.toml)")->required();
}

void add_finished_study(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("STUDY", arguments.study, "the study file (study.toml), or the folder of its results")->required();
}

void add_out(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("--out", arguments.out,
                  "folder of the results; default: named like the study file, with .out for .toml, in the working "
                  "folder")
      ->type_name("FOLDER");
}

void add_cache(CLI::App& verb, StudyArguments& arguments) {
  arguments.remembers = true;
  verb.add_option("--cache,--catalogue", arguments.cache,
                  "folder of the models' answers, which several studies may share; default: that of --out")
      ->type_name("FOLDER");
}

void add_threads(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("--threads", arguments.threads, "overrides engine.threads; changes no result")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
}

void add_progress(CLI::App& verb, StudyArguments& arguments) {
  static const std::map<std::string, ProgressStyle> kStyles = {
      {"text", ProgressStyle::text}, {"json", ProgressStyle::json}, {"none", ProgressStyle::none}};
  auto* style = verb.add_option_function<std::string>(
      "--progress", [&arguments](const std::string& name) { arguments.progress = kStyles.at(name); },
      "on standard error: text (default), json (an event a line: docs/progress.md), or none");
  style->check(CLI::IsMember(kStyles))->option_text("STYLE");
  verb.add_flag_callback(
          "--quiet,-q", [&arguments] { arguments.progress = ProgressStyle::none; }, "--progress none")
      ->excludes(style);
}

}  // namespace scotoma
