// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/sample_lists.h"

#include <cassert>
#include <string>
#include <unordered_map>
#include <utility>

namespace scotoma {
namespace {

using Pointers = std::vector<const Sample*>;

Pointers pointers_to(const std::vector<Sample>& samples) {
  Pointers out;
  out.reserve(samples.size());
  for (const Sample& sample : samples) out.push_back(&sample);
  return out;
}

Pointers halves(const std::vector<Pair>& pairs, Sample Pair::*half) {
  Pointers out;
  out.reserve(pairs.size());
  for (const Pair& pair : pairs) out.push_back(&(pair.*half));
  return out;
}

}  // namespace

AsFound as_found(const Findings& findings) {
  AsFound found{&findings.bases, &findings.clusters, {}, &findings.cross, &findings.certificate};
  if (!findings.before_review) {
    for (const Hypothesis& h : findings.hypotheses) found.hypotheses.push_back({&h, h.status});
    return found;
  }
  const BeforeReview& before = *findings.before_review;
  std::unordered_map<std::string_view, const Hypothesis*> by_id;
  for (const Hypothesis& h : findings.hypotheses) by_id[h.id] = &h;
  for (const BeforeReview::Entry& entry : before.hypotheses) {
    assert(by_id.contains(entry.id));
    found.hypotheses.push_back({by_id.at(entry.id), entry.status, false});
  }
  found.cross = &before.cross;
  return found;
}

void each_list(const AsFound& found, const ListVisitor& visit) {
  for (std::size_t i = 0; i < found.bases->size(); ++i) {
    visit({ListOf::base, i}, pointers_to((*found.bases)[i].samples));
  }
  for (std::size_t i = 0; i < found.clusters->size(); ++i)
    visit({ListOf::cluster, i}, pointers_to((*found.clusters)[i].members));
  for (std::size_t i = 0; i < found.hypotheses.size(); ++i) {
    const Hypothesis& h = *found.hypotheses[i].hypothesis;
    visit({ListOf::tried, i}, pointers_to(h.tried));
    visit({ListOf::audit, i}, pointers_to(h.audit_samples));
    visit({ListOf::pairs_with, i}, halves(h.pairs, &Pair::with));
    visit({ListOf::pairs_without, i}, halves(h.pairs, &Pair::without));
  }
  for (std::size_t i = 0; i < found.cross->size(); ++i) {
    const auto& cells = (*found.cross)[i].cells;
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
      visit({ListOf::cross, i, cell}, pointers_to(cells[cell].samples));
  }
  if (!*found.certificate) return;
  const auto& cells = (*found.certificate)->cells;
  for (std::size_t i = 0; i < cells.size(); ++i) visit({ListOf::certificate, i}, pointers_to(cells[i].failures));
}

bool put_list(Findings& findings, const SampleList& list, std::vector<Sample> samples) {
  const std::size_t i = list.item;
  switch (list.of) {
    case ListOf::base:
      findings.bases[i].samples = std::move(samples);
      return true;
    case ListOf::cluster:
      findings.clusters[i].members = std::move(samples);
      return true;
    case ListOf::tried:
      findings.hypotheses[i].tried = std::move(samples);
      return true;
    case ListOf::audit:
      findings.hypotheses[i].audit_samples = std::move(samples);
      return true;
    case ListOf::cross:
      findings.cross[i].cells[list.cell].samples = std::move(samples);
      return true;
    case ListOf::certificate:
      findings.certificate->cells[i].failures = std::move(samples);
      return true;
    case ListOf::pairs_with:
      findings.hypotheses[i].pairs.resize(samples.size());
      for (std::size_t p = 0; p < samples.size(); ++p) findings.hypotheses[i].pairs[p].with = std::move(samples[p]);
      return true;
    case ListOf::pairs_without: {
      auto& pairs = findings.hypotheses[i].pairs;
      if (pairs.size() != samples.size()) return false;
      for (std::size_t p = 0; p < samples.size(); ++p) pairs[p].without = std::move(samples[p]);
      return true;
    }
  }
  return false;
}

}  // namespace scotoma
