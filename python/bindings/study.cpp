// SPDX-License-Identifier: Apache-2.0
#include "study.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <tuple>

#include "scotoma/core/clock.h"
#include "scotoma/session/examination.h"
#include "scotoma/session/session.h"
#include "scotoma/study/options.h"
#include "scotoma/study/read.h"
#include "wait.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;
using Live = nb::typed<nb::dict, nb::str, nb::object>;

/// What `doctor` found of one part.
struct Examined {
  std::string part;
  bool ok = false;
  std::string text;
  std::string doubt;
  std::vector<std::string> notes;
};

PythonStudy made(Result<Study> study, nb::dict live) {
  return {value_or_raise(std::move(study)), std::make_shared<ObjectRoles>(std::move(live))};
}

Live live_of(const PythonStudy& self) { return Live(nb::borrow<nb::dict>(*self.roles->live())); }

using StudyState = std::tuple<std::string, std::string, Live>;

StudyState state_of(const PythonStudy& self) { return {self.study.text, self.study.file.string(), live_of(self)}; }

/// Read anew: where it is unpickled, other files may be there.
PythonStudy study_of(const StudyState& state) {
  const auto& [text, file, live] = state;
  return made(parse_study(text, file), live);
}

std::vector<std::string> labels_of(const PythonStudy& self) {
  std::vector<std::string> names;
  for (const StudyLabel& label : self.study.labels) names.push_back(label.name);
  return names;
}

/// Roles that objects of Python's play.
std::vector<std::string> python_roles(const PythonStudy& self) {
  std::vector<std::string> roles;
  for (const auto& [kind, name] : names_of(RoleKind())) {
    if (backend_of(name, self.study) == Backend::python) roles.emplace_back(name);
  }
  return roles;
}

std::vector<Examined> doctor(const PythonStudy& self) {
  const auto work = [study = placed(self.study, places_of(self, {}))]() -> Result<std::vector<Examined>> {
    std::vector<Examined> parts;
    const auto report = [&](const char* part, const Result<Health>& health) {
      if (health.ok()) {
        parts.push_back({part, true, health->works, health->doubt, health->notes});
      } else {
        parts.push_back({part, false, health.error().message, "", {}});
      }
    };
    SteadyClock clock;
    SCOTOMA_RETURN_IF_ERROR(Examination(study, clock).run(report));
    return parts;
  };
  auto parts = value_or_raise(wait_for(work, nullptr));
  for (Examined& part : parts) {
    for (std::string* text : {&part.text, &part.doubt}) *text = in_python_words(*text);
    for (std::string& note : part.notes) note = in_python_words(note);
  }
  return parts;
}

}  // namespace

std::vector<std::string> program_command() {
  const nb::object executable = nb::module_::import_("sys").attr("executable");
  if (executable.is_none() || nb::cast<std::string>(executable).empty()) return {};
  return {nb::cast<std::string>(executable), "-m", "scotoma"};
}

StudyPlaces places_of(const PythonStudy& study, const FindOptions& options) {
  StudyPlaces places;
  places.study = study.study.file;
  places.out = options.out;
  places.cache = options.cache;
  places.threads = options.threads;
  places.trial = program_command();
  if (!places.trial.empty()) places.trial.emplace_back("try-loading");
  places.python = study.roles;
  return places;
}

void bind_study(nb::module_& module) {
  nb::class_<Examined>(module, "Examined", "What doctor found of one part of a study.")
      .def_ro("part", &Examined::part, "A role, or \"images\", \"budget\", \"time\".")
      .def_ro("ok", &Examined::ok, "Whether it can be used.")
      .def_ro("text", &Examined::text, "What works, or what is wrong and what to do.")
      .def_ro("doubt", &Examined::doubt, "What about it is suspicious; mostly empty.")
      .def_ro("notes", &Examined::notes, "What may be as it should, but a person should know.")
      .def("__repr__", [](const Examined& self) {
        return "<" + self.part + (self.ok ? " works: " : " does not work: ") + self.text + ">";
      });
  nb::class_<FindOptions>(module, "FindOptions", "Where a run writes, and what it is told beside the study.")
      .def(nb::init<>())
      .def_rw("out", &FindOptions::out)
      .def_rw("cache", &FindOptions::cache)
      .def_rw("threads", &FindOptions::threads, nb::arg().none())
      .def_rw("images", &FindOptions::images, nb::arg().none())
      .def_rw("seed", &FindOptions::seed, nb::arg().none());
  nb::class_<PythonStudy>(module, "Study", "A study as it was read, with the objects that answer it.")
      .def(
          "__init__",
          [](PythonStudy* self, const std::string& text, const std::string& file, Live live) {
            new (self) PythonStudy(made(parse_study(text, file), std::move(live)));
          },
          "text"_a, "file"_a, "live"_a)
      .def_static(
          "load", [](const std::string& file, Live live) { return made(read_study(file), std::move(live)); }, "file"_a,
          "live"_a)
      .def_prop_ro("name", [](const PythonStudy& self) { return self.study.name; })
      .def_prop_ro("text", [](const PythonStudy& self) { return self.study.text; })
      .def_prop_ro("file", [](const PythonStudy& self) { return self.study.file.string(); })
      .def("__getstate__", state_of)
      .def("__setstate__", [](PythonStudy& self, const StudyState& state) { new (&self) PythonStudy(study_of(state)); })
      .def_prop_ro("live", live_of, "Objects by the role that they have.")
      .def_prop_ro("notes", [](const PythonStudy& self) { return self.study.notes; })
      .def_prop_ro("labels", labels_of)
      .def_prop_ro("python_roles", python_roles, "Roles of the kind \"python\".")
      .def("doctor", doctor, "Loads every model and sends images through all of them.");
}

}  // namespace scotoma::python
