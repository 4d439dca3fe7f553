// SPDX-License-Identifier: Apache-2.0
// Findings of any kind, for laws about what becomes of them when they are stored.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/finding/finding.h"
#include "scotoma/record/finding_fields.h"

namespace scotoma::fake {

inline std::string image_id_of(std::uint64_t number) { return Hasher().field(number).hex(); }

/// Fills records with values that a store might spoil: bytes that are no UTF-8, zeros of either sign, infinities.
class AnyValue {
 public:
  template <class T>
  void operator()(const char* /*name*/, T& field) {
    fill(field);
  }

  static void fill(bool& out) { out = *rc::gen::arbitrary<bool>(); }
  static void fill(int& out) { out = *rc::gen::inRange(0, std::numeric_limits<int>::max()); }
  static void fill(double& out) {
    using Limits = std::numeric_limits<double>;
    out = *rc::gen::oneOf(rc::gen::arbitrary<double>(),
                          rc::gen::element(0.0, -0.0, 1.0, 0.1, Limits::infinity(), -Limits::infinity(), Limits::max(),
                                           Limits::denorm_min(), Limits::epsilon()));
  }
  static void fill(std::string& out) {
    out = *rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(), rc::gen::just(std::string("a fly")),
        rc::gen::element<std::string>("", std::string("\0'\"\\", 4), "\xff\xfe", "\xed\xa0\x80", "\xE2\x80\xAE", "{}"));
  }
  static void fill(Source& out) {
    out = *rc::gen::element(Source::captions, Source::list, Source::either, Source::user, Source::cross,
                            Source::other_labels, Source::library);
  }
  static void fill(Wave& out) { out = *rc::gen::element(Wave::search, Wave::cross_check); }
  static void fill(CellVerdict& out) {
    out = *rc::gen::element(CellVerdict::certified, CellVerdict::bug, CellVerdict::undecided,
                            CellVerdict::not_generatable);
  }
  static void fill(CellEnd& out) {
    out =
        *rc::gen::element(CellEnd::decided, CellEnd::hopeless, CellEnd::each, CellEnd::budget, CellEnd::failing_label);
  }
  static void fill(Direction& out) { out = *rc::gen::element(Direction::fails, Direction::passes); }
  static void fill(Status& out) {
    out = *rc::gen::element(Status::confirmed, Status::not_promising, Status::not_confirmed, Status::not_generatable,
                            Status::out_of_budget, Status::underpowered, Status::merged);
  }
  template <class T>
  static void fill(std::vector<T>& out) {
    out.resize(*rc::gen::inRange<std::size_t>(0, 4));
    for (T& item : out) fill(item);
  }
  template <class T>
  static void fill(std::optional<T>& out) {
    if (*rc::gen::arbitrary<bool>()) fill(out.emplace());
  }
  static void fill(std::map<std::string, std::string>& out) {
    std::vector<std::string> keys;
    fill(keys);
    for (const std::string& key : keys) fill(out[key]);
  }
  static void fill(Sample& out) {
    fill(out.request.prompt);
    out.request.seed = *rc::gen::element<std::uint64_t>(0, 7, 8, std::numeric_limits<std::uint64_t>::max());
    out.image = image_id_of(*rc::gen::inRange<std::uint64_t>(0, 5));
    out.prediction.top.resize(*rc::gen::inRange<std::size_t>(1, 6));
    for (Score& score : out.prediction.top)
      score = {*rc::gen::inRange(0, 3), *rc::gen::element(0.0F, -0.0F, 0.3F, 1e-30F)};
    out.judgement = {*rc::gen::arbitrary<bool>(), *rc::gen::element(0.0F, -0.0F, 0.99F)};
    fill(out.correct);
    fill(out.overruled);
  }
  static void fill(Pair& out) {
    fill(out.with);
    fill(out.without);
  }
  template <class Record>
  requires std::is_aggregate_v<Record>
  static void fill(Record& out) {
    AnyValue each;
    fields_of(out, each);
    fill_the_rest(out);
  }

 private:
  static void fill_the_rest(auto& /*record*/) {}
  static void fill_the_rest(BaseResult& out) { fill(out.samples); }
  static void fill_the_rest(Cluster& out) { fill(out.members); }
  static void fill_the_rest(CrossCell& out) { fill(out.samples); }
  static void fill_the_rest(CertificateCell& out) { fill(out.failures); }
  static void fill_the_rest(Hypothesis& out) {
    fill(out.log_e_path);
    fill(out.tried);
    fill(out.audit_samples);
    fill(out.pairs);
  }
  static void fill_the_rest(Findings& out) {
    fill(out.bases);
    fill(out.clusters);
    fill(out.hypotheses);
    fill(out.cross);
    fill(out.certificate);
  }
};

/// Without a review; a classifier of three classes.
inline Findings any_findings() {
  Findings findings;
  AnyValue::fill(findings);
  findings.class_names = {"fly", "bee", "\xff"};
  return findings;
}

}  // namespace scotoma::fake
