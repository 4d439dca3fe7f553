// SPDX-License-Identifier: Apache-2.0
// scotoma._native: the library as the Python package sees it.
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "object_store.h"
#include "program.h"
#include "ray_session.h"
#include "scotoma/core/philox.h"
#include "study.h"
#include "worker.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;

/// The noise that the native generator begins with.
nb::object noise(std::uint64_t seed, const std::vector<std::size_t>& shape) {
  std::size_t size = 1;
  for (const std::size_t side : shape) size *= side;
  auto numbers = std::make_unique<std::vector<float>>(size);
  fill_normal(seed, 0, *numbers);
  float* data = numbers->data();
  const nb::capsule owner(numbers.release(),
                          [](void* held) noexcept { delete static_cast<std::vector<float>*>(held); });
  return nb::cast(nb::ndarray<nb::numpy, float>(data, shape.size(), shape.data(), owner));
}

/// The command line.
int run(const std::vector<std::string>& arguments, const std::string& home) {
  Program program;
  program.itself = program_command();
  program.home = home;
  const auto roles = std::make_shared<ObjectRoles>(nb::dict());
  program.python = roles;
  program.open_images = images_reader(std::make_shared<Raised>());
  program.on_ray = [roles](Study study, const StudyPlaces& places, const RayArguments& ray) {
    return open_on_ray(std::move(study), places, ray, roles);
  };
  std::vector<const char*> words;
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  const nb::gil_scoped_release unlocked;
  return run_program(static_cast<int>(words.size()), words.data(), std::move(program));
}

}  // namespace
}  // namespace scotoma::python

NB_MODULE(_native, module) {
  using namespace nanobind::literals;
  nanobind::set_leak_warnings(false);  // what a program holds until its end is no leak
  module.doc() = "The library that does the work. Use scotoma instead.";
  module.def(
      "version", [] { return SCOTOMA_VERSION; }, "Of the library.");
  module.def("noise", scotoma::python::noise, "seed"_a, "shape"_a,
             nanobind::sig("def noise(seed: int, shape: collections.abc.Sequence[int]) -> "
                           "numpy.typing.NDArray[numpy.float32]"),
             "Standard normal noise of a seed (Philox4x32-10): what the native generator begins with.");
  module.def("run_program", scotoma::python::run, "arguments"_a, "home"_a,
             "Runs the command line; gives the exit code.");
  scotoma::python::bind_study(module);
  scotoma::python::bind_run(module);
  scotoma::python::bind_results(module);
  scotoma::python::bind_worker(module);
}
