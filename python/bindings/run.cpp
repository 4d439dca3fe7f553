// SPDX-License-Identifier: Apache-2.0
// A run on a thread of its own, while Python's waits for Ctrl-C.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "object_store.h"
#include "scotoma/find/certify_study.h"
#include "scotoma/find/find.h"
#include "scotoma/record/event_json.h"
#include "scotoma/report/publish.h"
#include "scotoma/session/images_place.h"
#include "scotoma/session/session.h"
#include "scotoma/study/check_budget.h"
#include "study.h"
#include "wait.h"
#include "worker.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;
using Clock = std::chrono::steady_clock;

struct Cancel {
  std::shared_ptr<CancelToken> token = std::make_shared<CancelToken>();
};

/// Hands events to a function of Python's. What that raises ends the run, and comes back to the caller.
class PythonListener final : public Listener {
 public:
  PythonListener(nb::object hears, CancelToken& cancel, Raised& raised)
      : hears_(std::move(hears)), cancel_(cancel), raised_(raised) {}

  void on(const Event& event) override {
    if (!hears_ || is_over_ || failed_ || comes_too_soon(event)) return;
    std::string text = json_of(event);
    const nb::gil_scoped_acquire lock;
    try {
      (*hears_)(text);
    } catch (const nb::python_error& error) {
      failed_ = raised_.keep(error);
      cancel_.cancel();
    }
  }

  const std::optional<Error>& error() const { return failed_; }

  /// Nobody hears what comes from now on.
  void end() { is_over_ = true; }

 private:
  /// Ten a second do, but for the last of a piece of work.
  bool comes_too_soon(const Event& event) {
    const auto* work = std::get_if<WorkAdvanced>(&event);
    if (work == nullptr || work->done == work->total) return false;
    const auto now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(100)) return true;
    last_ = now;
    return false;
  }

  /// What a listener of the command line is told beside the event: the budget, as far as it is known.
  std::string json_of(const Event& event) {
    auto json = event_json(event);
    if (const auto* spent = std::get_if<ImagesSpent>(&event)) {
      images_ = spent->images;
      budget_ = spent->budget;
    } else if (const auto* work = std::get_if<WorkAdvanced>(&event)) {
      json["images"] = images_ + (work->unit == WorkUnit::images ? static_cast<int>(work->done) : 0);
      json["budget"] = budget_;
    }
    return json.dump();
  }

  Held hears_;
  CancelToken& cancel_;
  Raised& raised_;
  std::atomic<bool> is_over_ = false;
  std::optional<Error> failed_;
  Clock::time_point last_;
  int images_ = 0;
  int budget_ = 0;
};

/// With models that are loaded here or, where a carrier asks others, with those that its workers have.
Result<Session> opened(Study study, const StudyPlaces& places, const Held& carrier) {
  return carrier ? open_carried(std::move(study), places, carrier) : open_session(std::move(study), places);
}

/// Null without a store of images. `cache`: where they stood before there was one.
Result<std::unique_ptr<ImagesElsewhere>> elsewhere(const Held& store, Raised& raised, const ImageFolder& cache) {
  if (!store) return std::unique_ptr<ImagesElsewhere>();
  const nb::gil_scoped_acquire lock;
  try {
    return images_elsewhere(*store, raised, &cache);
  } catch (const nb::python_error& error) {
    return raised.keep(error);
  }
}

/// A run with all that it needs, whoever waits for it.
struct Given {
  Study study;
  StudyPlaces places;
  FindOptions options;
  std::shared_ptr<ObjectRoles> roles;  ///< their raised(): also of the store
  std::shared_ptr<CancelToken> cancel;
  Held carrier;
  Held store;
  std::unique_ptr<Raised> raised = std::make_unique<Raised>();  ///< of the carrier, and of who hears
};

/// As the verb find does it.
Result<void> run(Given& given, Listener& listener) {
  Study study = std::move(given.study);
  const StudyPlaces& places = given.places;
  study.budget.images = given.options.images.value_or(study.budget.images);
  study.seed = given.options.seed.value_or(study.seed);
  SCOTOMA_RETURN_IF_ERROR(check_budget(study));
  SCOTOMA_RETURN_IF_ERROR(check_certificate(study));
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, claim_folder(places, study, "find"));
  SCOTOMA_ASSIGN_OR_RETURN(Session session, opened(placed(std::move(study), places), places, given.carrier));
  SCOTOMA_ASSIGN_OR_RETURN(const auto stored, elsewhere(given.store, given.roles->raised(), *session.cache));
  if (stored != nullptr) {
    SCOTOMA_RETURN_IF_ERROR(stored->images.reach());
    SCOTOMA_RETURN_IF_ERROR(keep_images_place(places));
  }
  ImageFolder& images = stored != nullptr ? static_cast<ImageFolder&>(stored->images) : *session.cache;
  std::unique_ptr<CarrierExecutor> executor;
  if (given.carrier) {
    SCOTOMA_ASSIGN_OR_RETURN(executor, executor_of(given.carrier, images, *given.raised));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const StudyRun done, run_study(session.study, session.models, *session.cache, *given.cancel,
                                                          listener, {.executor = executor.get(), .images = &images}));
  if (stored != nullptr) SCOTOMA_RETURN_IF_ERROR(stored->images.finish());
  const auto published = publish(session.study, done.findings, &done.run, images, out_folder(places));
  return published.ok() ? Result<void>() : Result<void>(published.error());
}

struct Running {
  Running(Given what, nb::object hears)
      : given(std::move(what)), listener(std::move(hears), *given.cancel, *given.raised) {}

  Given given;
  PythonListener listener;
};

/// However the one who waits goes on, nobody hears what a run says afterwards.
class Muted {
 public:
  explicit Muted(PythonListener& listener) : listener_(listener) {}
  ~Muted() { listener_.end(); }
  Muted(const Muted&) = delete;
  Muted& operator=(const Muted&) = delete;

 private:
  PythonListener& listener_;
};

void find(const PythonStudy& study, const FindOptions& options, nb::object hears, const Cancel& cancel,
          nb::object carrier, nb::object images) {
  StudyPlaces places = places_of(study, options);
  if (!images.is_none()) places.images = nb::cast<std::string>(images.attr("url"));
  const auto running = std::make_shared<Running>(Given{study.study, std::move(places), options, study.roles,
                                                       cancel.token, Held(std::move(carrier)), Held(std::move(images))},
                                                 std::move(hears));
  const Muted when_left(running->listener);
  const auto done = wait_for([running] { return run(running->given, running->listener); }, cancel.token);
  Raised& raised = *running->given.raised;
  if (running->listener.error()) raised.raise(*running->listener.error());
  if (!done.ok() && running->given.carrier) raised.raise(done.error());
  if (!done.ok()) study.roles->raised().raise(done.error());
}

}  // namespace

void bind_run(nb::module_& module) {
  nb::class_<Cancel>(module, "CancelToken", "Stops a run after the batches under way.")
      .def(nb::init<>())
      .def("cancel", [](const Cancel& self) { self.token->cancel(); })
      .def("cancelled", [](const Cancel& self) { return self.token->cancelled(); });
  module.def(
      "left_behind", [] { return left_behind.load(); }, "Threads that do work for which nobody waits any more.");
  module.def("find", find, "study"_a, "options"_a, "listener"_a.none(), "cancel"_a, "carrier"_a.none(),
             "images"_a.none(),
             "Runs a study and writes its results. `listener` is given each event as JSON; `images` is an ImageStore.");
}

}  // namespace scotoma::python
