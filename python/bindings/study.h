// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "roles.h"
#include "scotoma/session/places.h"
#include "scotoma/study/study.h"

namespace scotoma::python {

/// A study, and the objects that answer it.
struct PythonStudy {
  Study study;
  std::shared_ptr<ObjectRoles> roles;
};

/// Where a run of it writes, and what it is told beside the study.
struct FindOptions {
  std::string out;
  std::string cache;
  std::optional<int> threads;
  std::optional<int> images;
  std::optional<std::uint64_t> seed;
};

/// As the command line has them. With the lock.
StudyPlaces places_of(const PythonStudy& study, const FindOptions& options);

/// Program and arguments that start the package's `scotoma` anew. With the lock.
std::vector<std::string> program_command();

void bind_study(nb::module_& module);
void bind_run(nb::module_& module);
void bind_results(nb::module_& module);

}  // namespace scotoma::python
