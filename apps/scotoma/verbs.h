// The verbs of the command line; each adds itself to the parser and says what to run. main.cpp lists them.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/cancel.h"

namespace scotoma {

/// Runs the verb that was chosen; gives the exit code.
using Run = std::function<int()>;

/// What Ctrl-C raises, for the verb that runs.
CancelToken& interrupt_token();

void add_find(CLI::App& app, Run& run);
void add_report(CLI::App& app, Run& run);
void add_list(CLI::App& app, Run& run);
void add_show(CLI::App& app, Run& run);
void add_probe(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_demo(CLI::App& app, Run& run);
void add_options(CLI::App& app, Run& run);

/// Options that every verb on a study shares.
struct StudyArguments {
  std::filesystem::path study;
  std::filesystem::path out;  ///< empty: the study's stem with ".out", in the working folder
  int threads = -1;           ///< -1: what the study says
  bool quiet = false;
};
void add_study_arguments(CLI::App& verb, StudyArguments& arguments);
std::filesystem::path out_folder(const StudyArguments& arguments);

/// The body of `find`, which `demo` runs too.
int run_find(const StudyArguments& arguments);

}  // namespace scotoma
