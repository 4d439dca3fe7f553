// SPDX-License-Identifier: Apache-2.0
// What the verbs on a study have in common.
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
                  "folder");
}

void add_cache(CLI::App& verb, StudyArguments& arguments) {
  arguments.remembers = true;
  verb.add_option("--cache,--catalogue", arguments.cache,
                  "folder of the models' answers, which several studies may share; default: that of --out");
}

void add_threads_and_quiet(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("--threads", arguments.threads, "overrides engine.threads; changes no result")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--quiet,-q", arguments.quiet, "no progress");
}

}  // namespace scotoma
