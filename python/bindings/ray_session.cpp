// SPDX-License-Identifier: Apache-2.0
#include "ray_session.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <utility>

#include "study.h"
#include "worker.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;

/// A context manager of Python's that was entered.
class Entered {
 public:
  /// With the lock.
  explicit Entered(const nb::object& manager) : manager_(manager), value_(manager.attr("__enter__")()) {}

  ~Entered() {
    const nb::gil_scoped_acquire lock;
    try {
      manager_->attr("__exit__")(nb::none(), nb::none(), nb::none());
    } catch (nb::python_error& error) {
      error.discard_as_unraisable("scotoma find --ray");
    }
  }

  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

  const Held& value() const { return value_; }

 private:
  Held manager_;
  Held value_;
};

struct RaySession final : RunSession {
  ~RaySession() override { executor.reset(); }  // before the carrier that it asks

  Raised raised;
  std::unique_ptr<Entered> carrier;
};

std::unique_ptr<Entered> start(const Study& study, const RayArguments& ray, const std::shared_ptr<ObjectRoles>& roles,
                               std::optional<int> threads) {
  const nb::object executor =
      nb::module_::import_("scotoma.ray")
          .attr("Executor")(ray.address, "workers"_a = ray.workers, "num_cpus"_a = ray.cpus, "num_gpus"_a = ray.gpus);
  FindOptions options;
  options.threads = threads;
  return std::make_unique<Entered>(executor.attr("started")(PythonStudy{study, roles}, options));
}

}  // namespace

Result<std::unique_ptr<RunSession>> open_on_ray(Study study, const StudyPlaces& places, const RayArguments& ray,
                                                const std::shared_ptr<ObjectRoles>& roles) {
  auto run = std::make_unique<RaySession>();
  {
    const nb::gil_scoped_acquire lock;
    try {
      run->carrier = start(study, ray, roles, places.threads);
    } catch (const nb::python_error& error) {
      return run->raised.keep(error);
    }
  }
  SCOTOMA_ASSIGN_OR_RETURN(run->session, open_carried(std::move(study), places, run->carrier->value()));
  SCOTOMA_ASSIGN_OR_RETURN(run->executor, executor_of(run->carrier->value(), *run->session.cache, run->raised));
  return std::unique_ptr<RunSession>(std::move(run));
}

}  // namespace scotoma::python
