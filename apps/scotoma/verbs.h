// SPDX-License-Identifier: Apache-2.0
// The verbs of the command line; each adds itself to the parser and says what to run. program.cpp lists them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "program.h"
#include "remote.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/result.h"
#include "scotoma/progress/progress.h"
#include "scotoma/session/places.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Runs the verb that was chosen; run_program() reports its error and makes the exit code of it.
using Run = std::function<Result<void>()>;

/// From here on Ctrl-C asks the verb to stop after the batches under way, through this token; a second one ends the
/// program at once. For verbs that go on where they were stopped; the others end at the first Ctrl-C.
const CancelToken& stop_at_interrupt();

void add_find(CLI::App& app, Run& run);
void add_work(CLI::App& app, Run& run);
void add_merge(CLI::App& app, Run& run);
void add_report(CLI::App& app, Run& run);
void add_list(CLI::App& app, Run& run);
void add_show(CLI::App& app, Run& run);
void add_review(CLI::App& app, Run& run);
void add_probe(CLI::App& app, Run& run);
void add_transfer(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);
void add_certify(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_demo(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_card(CLI::App& app, Run& run);
void add_generate(CLI::App& app, Run& run);
void add_init(CLI::App& app, Run& run);
void add_completion(CLI::App& app, Run& run);
void add_man(CLI::App& app, Run& run);
void add_options(CLI::App& app, Run& run);
void add_try_loading(CLI::App& app, Run& run);

/// Those of the verbs that are for people, in the order of --help.
std::vector<const CLI::App*> shown_verbs(const CLI::App& app);

/// What the verbs on a study are given; each verb offers what it uses. Model files are first loaded by this program,
/// started anew (try_loading.cpp).
struct StudyArguments : StudyPlaces {
  StudyArguments() {
    trial = this_program().itself;
    trial.emplace_back("try-loading");
    python = this_program().python;
    open_images = this_program().open_images;
  }
  ProgressStyle progress = ProgressStyle::text;
};
void add_study(CLI::App& verb, StudyArguments& arguments);
void add_finished_study(CLI::App& verb, StudyArguments& arguments);
void add_out(CLI::App& verb, StudyArguments& arguments);
void add_cache(CLI::App& verb, StudyArguments& arguments);
void add_threads(CLI::App& verb, StudyArguments& arguments);
void add_progress(CLI::App& verb, StudyArguments& arguments);

/// What only a run is given, and those that work for one.
struct FindArguments : StudyArguments {
  std::optional<int> images;                 ///< instead of the study's budget.images
  std::optional<std::uint64_t> seed;         ///< instead of the study's
  std::optional<std::size_t> largest_round;  ///< answers; a larger round is left to `scotoma work`
  bool open = false;                         ///< show the report
  RayArguments ray;                          ///< with an address: instead of models that are loaded here
};

/// --budget and --seed.
void add_overrides(CLI::App& verb, const std::shared_ptr<FindArguments>& arguments);

/// The study with what overrides it, checked; its notes are told.
Result<Study> open_overridden(const FindArguments& arguments);

/// The body of `find`, which `demo` runs too.
Result<void> run_find(const FindArguments& arguments);

}  // namespace scotoma
