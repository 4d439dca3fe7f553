// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <tuple>

#include "object_store.h"
#include "scotoma/session/finished.h"
#include "scotoma/session/report_again.h"
#include "study.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;

/// Id of the image, prompt, seed, best class, its probability, valid, failed.
using Row = std::tuple<std::string, std::string, std::uint64_t, std::string, double, bool, bool>;

struct Finished {
  FinishedStudy study;
  std::shared_ptr<Raised> raised;  ///< by the store of images
};

std::vector<Sample> without_phrase(const Hypothesis& hypothesis) {
  std::vector<Sample> samples;
  for (const Pair& pair : hypothesis.pairs) samples.push_back(pair.without);
  return samples;
}

Result<std::vector<Sample>> samples_of(const Findings& findings, const std::string& key, const std::string& part) {
  for (const Hypothesis& hypothesis : findings.hypotheses) {
    if (hypothesis.id != key || part == "baseline") continue;
    if (part == "audit_base") return without_phrase(hypothesis);
    if (part == "audit") return hypothesis.audit_samples;
    if (part == "confirm") return hypothesis.tried;
    if (part.empty()) return hypothesis.audited() ? hypothesis.audit_samples : hypothesis.tried;
    return bad_input(fmt::format("'{}': no part of a hypothesis; these are: audit, audit_base, confirm", part));
  }
  for (const BaseResult& base : findings.bases) {
    if (base.label != key) continue;
    if (part.empty() || part == "baseline") return base.samples;
    return bad_input(fmt::format("'{}': no part of a label; that is: baseline", part));
  }
  return bad_input(fmt::format("'{}': no hypothesis and no label of this study is called so", key));
}

std::vector<Row> samples(const Finished& self, const std::string& key, const std::string& part) {
  const Findings& findings = self.study.findings;
  const auto samples = value_or_raise(samples_of(findings, key, part));
  std::vector<Row> rows;
  for (const Sample& sample : samples) {
    const Score best = sample.prediction.top.front();
    rows.emplace_back(sample.image, sample.request.prompt, sample.request.seed,
                      findings.class_names.at(static_cast<std::size_t>(best.label)), best.probability, sample.valid(),
                      sample.failure());
  }
  return rows;
}

/// The log e-value after each valid image of confirmation.
std::vector<double> evidence(const Finished& self, const std::string& key) {
  for (const Hypothesis& hypothesis : self.study.findings.hypotheses) {
    if (hypothesis.id == key) return hypothesis.log_e_path;
  }
  raise(bad_input(fmt::format("'{}': no hypothesis of this study is called so", key)));
}

/// A file of this machine.
std::string path_of(const Finished& self, const std::string& id) {
  const auto path = [&] {
    const nb::gil_scoped_release unlocked;
    return self.study.images.file_of(id);
  }();
  if (!path.ok()) self.raised->raise(path.error());
  return path->string();
}

nb::bytes png_of(const Finished& self, const std::string& id) {
  const auto bytes = [&] {
    const nb::gil_scoped_release unlocked;
    return self.study.images.image_bytes(id);
  }();
  if (!bytes.ok()) self.raised->raise(bytes.error());
  return nb::bytes(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

/// Brings those that are elsewhere here, many at once.
void fetch(const Finished& self, const std::vector<std::string>& ids) {
  const nb::gil_scoped_release unlocked;
  self.study.images.fetch(ids);
}

/// Results in a folder; `images` is an ImageStore or None.
StudyPlaces places_of(const std::string& folder, const std::string& cache, const nb::object& images,
                      const std::shared_ptr<Raised>& raised) {
  StudyPlaces places;
  places.study = folder;
  places.out = folder;
  places.cache = cache;
  if (!images.is_none()) places.images = nb::cast<std::string>(images.attr("url"));
  places.open_images = images_reader(raised, Held(images));
  return places;
}

std::unique_ptr<Finished> open(const std::string& folder, const std::string& cache, const nb::object& images) {
  const auto raised = std::make_shared<Raised>();
  const StudyPlaces places = places_of(folder, cache, images, raised);
  auto opened = [&]() -> Result<FinishedStudy> {
    const nb::gil_scoped_release unlocked;
    SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(places));
    return open_finished(std::move(study), places, CancelToken());
  }();
  if (!opened.ok()) raised->raise(opened.error());
  return std::make_unique<Finished>(Finished{std::move(opened).value(), raised});
}

void report(const std::string& folder, const std::string& cache, const nb::object& images) {
  const auto raised = std::make_shared<Raised>();
  const StudyPlaces places = places_of(folder, cache, images, raised);
  const auto reported = [&] {
    const nb::gil_scoped_release unlocked;
    return report_again(places, CancelToken());
  }();
  if (!reported.ok()) raised->raise(reported.error());
}

}  // namespace

void bind_results(nb::module_& module) {
  nb::class_<Finished>(module, "Finished", "A finished study with all that it found.")
      .def("samples", samples, "key"_a, "part"_a,
           "Images of a hypothesis (by its id) or a label: id, prompt, seed, best class, its probability, valid, "
           "failed.")
      .def("evidence", evidence, "key"_a,
           "The natural logarithm of the e-value after each valid image of confirmation.")
      .def("path", path_of, "id"_a, "A file of this machine with the image; fetched where it stands elsewhere.")
      .def("png", png_of, "id"_a, "The image's PNG file.")
      .def("fetch", fetch, "ids"_a, "Brings images that stand elsewhere here, many at once.")
      .def_prop_ro("text", [](const Finished& self) { return self.study.session.study.text; })
      .def_prop_ro("class_names", [](const Finished& self) { return self.study.findings.class_names; })
      .def_prop_ro("log_e_threshold", [](const Finished& self) { return self.study.findings.rejection_threshold; });
  module.def("open_finished", open, "folder"_a, "cache"_a = "", "images"_a.none() = nb::none(),
             "Opens the results in a folder; `images` is an ImageStore.");
  module.def("report", report, "folder"_a, "cache"_a, "images"_a.none(), "Writes the results in a folder once more.");
}

}  // namespace scotoma::python
