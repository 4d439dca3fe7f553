// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "scotoma/session/finished.h"
#include "study.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;

/// Path, prompt, seed, best class, its probability, valid, failed.
using Row = std::tuple<std::string, std::string, std::uint64_t, std::string, double, bool, bool>;

struct Finished {
  FinishedStudy study;
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
    const auto path = self.study.images.folder() / ImageFolder::image_file(sample.image);
    const Score best = sample.prediction.top.front();
    rows.emplace_back(path.string(), sample.request.prompt, sample.request.seed,
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

std::unique_ptr<Finished> open(const std::string& folder, const std::string& cache) {
  StudyPlaces places;
  places.study = folder;
  places.out = folder;
  places.cache = cache;
  const auto opened = [&]() -> Result<FinishedStudy> {
    const nb::gil_scoped_release unlocked;
    SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(places));
    return open_finished(std::move(study), places, CancelToken());
  }();
  if (!opened.ok()) raise(opened.error());
  return std::make_unique<Finished>(Finished{std::move(const_cast<FinishedStudy&>(*opened))});
}

}  // namespace

void bind_results(nb::module_& module) {
  nb::class_<Finished>(module, "Finished", "A finished study with all that it found.")
      .def("samples", samples, "key"_a, "part"_a,
           "Images of a hypothesis (by its id) or a label: path, prompt, seed, best class, its probability, valid, "
           "failed.")
      .def("evidence", evidence, "key"_a,
           "The natural logarithm of the e-value after each valid image of confirmation.")
      .def_prop_ro("text", [](const Finished& self) { return self.study.session.study.text; })
      .def_prop_ro("class_names", [](const Finished& self) { return self.study.findings.class_names; })
      .def_prop_ro("log_e_threshold", [](const Finished& self) { return self.study.findings.rejection_threshold; });
  module.def("open_finished", open, "folder"_a, "cache"_a = "", "Opens the results in a folder.");
}

}  // namespace scotoma::python
