// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/promise.h"

#include <algorithm>
#include <utility>

#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr double kPriorWeight = 2;  // images' worth, as Beta(1, 1)

}  // namespace

Promise::Key Promise::key_of(const Hypothesis& hypothesis) {
  return {hypothesis.phrase.text, hypothesis.phrase.before, hypothesis.direction};
}

Promise::Promise(std::span<const Hypothesis> hypotheses) {
  for (const Hypothesis& hypothesis : hypotheses) {
    Counts& counts = by_phrase_[key_of(hypothesis)];
    counts.events += hypothesis.explored.failures;
    counts.valid += hypothesis.explored.valid;
  }
}

double Promise::on_others(const Hypothesis& hypothesis) const {
  const auto found = by_phrase_.find(key_of(hypothesis));
  if (found == by_phrase_.end()) return posterior_mean({});
  const int events = found->second.events - hypothesis.explored.failures;
  const int valid = found->second.valid - hypothesis.explored.valid;
  return (events + 1.0) / (valid + 2.0);
}

double Promise::operator()(const Hypothesis& hypothesis) const {
  const Rate& own = hypothesis.explored;
  const double mean = (own.failures + kPriorWeight * on_others(hypothesis)) / (own.valid + kPriorWeight);
  return mean - hypothesis.null_rate;
}

std::vector<std::size_t> Promise::best_first(std::span<const Hypothesis> hypotheses,
                                             std::vector<std::size_t> which) const {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (const std::size_t h : which) ranked.emplace_back((*this)(hypotheses[h]), h);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < which.size(); ++i) which[i] = ranked[i].second;
  return which;
}

}  // namespace scotoma
