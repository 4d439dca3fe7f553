// SPDX-License-Identifier: Apache-2.0
// Sessions of runs whose batches are answered elsewhere.
#include <nanobind/stl/string.h>

#include <utility>

#include "scotoma/session/images_place.h"
#include "scotoma/session/recorded.h"
#include "worker.h"

namespace scotoma::python {

Result<Session> open_carried(Study study, const StudyPlaces& places, const Held& carrier) {
  std::string text;
  {
    const nb::gil_scoped_acquire lock;
    text = nb::cast<std::string>(carrier->attr("record"));
  }
  const auto record = parse_models_record(text);
  if (!record) return failed("the executor's record is none of a worker");
  Session session;
  session.study = std::move(study);
  SCOTOMA_ASSIGN_OR_RETURN(session.cache, AnswerCache::open(cache_folder(places)));
  SCOTOMA_RETURN_IF_ERROR(check_images_place(places));
  session.models = models_on_demand(
      *record, [] { return Result<Models>(failed("the models are with the workers")); }, [] {});
  return session;
}

Result<std::unique_ptr<CarrierExecutor>> executor_of(const Held& carrier, ImageFolder& images, Raised& raised) {
  const nb::gil_scoped_acquire lock;
  try {
    return std::make_unique<CarrierExecutor>(*carrier, images, raised);
  } catch (const nb::python_error& error) {
    return raised.keep(error);
  } catch (const nb::cast_error&) {
    return failed("the executor's at_once() gave no whole number");
  }
}

}  // namespace scotoma::python
