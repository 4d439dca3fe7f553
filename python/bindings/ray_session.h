// SPDX-License-Identifier: Apache-2.0
// `scotoma find --ray`: a session of the command line whose batches scotoma.ray carries.
#pragma once

#include <memory>

#include "remote.h"
#include "roles.h"

namespace scotoma::python {

/// Starts the workers, and ends them when it goes. `roles`: who makes the study's roles where they are loaded.
/// Errors: bad_input without Ray; those of scotoma.ray.Executor. Without the lock.
Result<std::unique_ptr<RunSession>> open_on_ray(Study study, const StudyPlaces& places, const RayArguments& ray,
                                                const std::shared_ptr<ObjectRoles>& roles);

}  // namespace scotoma::python
