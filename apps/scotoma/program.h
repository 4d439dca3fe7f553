// SPDX-License-Identifier: Apache-2.0
// The command line as a whole, for whoever starts it: main.cpp, or the `scotoma` command of the Python package.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/session/finished_images.h"

namespace scotoma {

class PythonRoles;
struct RayArguments;
struct RunSession;
struct Study;
struct StudyPlaces;

/// How the program finds itself.
struct Program {
  /// Program and arguments, before a verb, that start it anew.
  std::vector<std::string> itself = {"/proc/self/exe"};

  /// The folder that holds examples/ and world/; empty: the one installed beside the program, or the source's. Whatever
  /// stands here, SCOTOMA_HOME comes first.
  std::filesystem::path home = {};

  /// Who makes roles of the kind "python"; null: nobody.
  std::shared_ptr<PythonRoles> python = nullptr;

  /// Who reaches images that a study keeps elsewhere; null: nobody.
  OpenImages open_images = nullptr;

  /// Opens a session whose batches a Ray cluster answers (remote.h); null: nobody does, and --ray is an error.
  std::function<Result<std::unique_ptr<RunSession>>(Study study, const StudyPlaces& places, const RayArguments& ray)>
      on_ray = nullptr;
};

/// Runs the verb that the arguments name; returns the exit code. Takes over the process' signals and the way its
/// standard streams fail: once a process, on its main thread.
int run_program(int argc, const char* const* argv, Program program);

/// What run_program() was given.
const Program& this_program();

}  // namespace scotoma
