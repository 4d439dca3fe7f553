// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/closed_e_bh.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace scotoma {
namespace {

[[maybe_unused]] bool sensible(std::span<const double> log_e_values, int hypotheses) {
  return hypotheses >= 1 && log_e_values.size() <= static_cast<std::size_t>(hypotheses) &&
         std::none_of(log_e_values.begin(), log_e_values.end(), [](double e) { return std::isnan(e); });
}

/// Whether the `k` last of these ascending e-values, with nothing beside them, have a level of at most alpha.
bool allowed(std::span<const double> ascending, std::size_t k, double hypotheses, double alpha) {
  const auto size = static_cast<double>(k);
  double sum = 0;
  double m = 0;
  for (const double e : ascending.last(k)) {
    sum += e;
    ++m;
    if (sum < m * (m + hypotheses - size) / (size * alpha)) return false;
  }
  return true;
}

/// closed_e_bh_level() of a set that is not empty, and the others of all K, both ascending.
double level_of(std::span<const double> set, std::span<const double> others) {
  double level = 0;
  double sum = 0;
  std::size_t q = 0;  // of the others that are in A: the more, the larger the mean of those of the set
  for (std::size_t m = 1; m <= set.size(); ++m) {
    sum += set[m - 1];
    for (; q < others.size() && others[q] * static_cast<double>(m + q) <= sum; ++q) sum += others[q];
    const double bound = static_cast<double>(m) * static_cast<double>(m + q) / static_cast<double>(set.size());
    level = std::max(level, sum > 0 ? bound / sum : 1);
  }
  return std::min(1.0, level);
}

/// The largest set of the largest e-values that is allowed(all ascending, how many of the last).
template <class Allowed>
ClosedEbh largest(std::span<const double> log_e_values, int hypotheses, double alpha, const Allowed& allowed) {
  assert(sensible(log_e_values, hypotheses));
  assert(0 < alpha && alpha < 1);
  std::vector<double> log_ascending(log_e_values.begin(), log_e_values.end());
  std::sort(log_ascending.begin(), log_ascending.end());
  std::vector<double> ascending;
  for (const double log_e : log_ascending) ascending.push_back(std::exp(log_e));
  std::size_t k = ascending.size();
  // Equal e-values share a fate: a set that would part them is none.
  const auto parts_equals = [&] {
    return k < ascending.size() && log_ascending[ascending.size() - k - 1] == log_ascending[ascending.size() - k];
  };
  while (k > 0 && (parts_equals() || !allowed(ascending, k))) --k;
  ClosedEbh result;
  result.log_threshold = k == 0 ? least_rejected(1, hypotheses, alpha) : log_ascending[ascending.size() - k];
  for (const double log_e : log_e_values) result.rejected.push_back(k > 0 && log_e >= result.log_threshold);
  return result;
}

}  // namespace

double closed_e_bh_level(std::span<const double> log_e_values, std::span<const std::size_t> chosen, int hypotheses) {
  assert(sensible(log_e_values, hypotheses));
  if (chosen.empty()) return 0;
  std::vector<bool> in_set(log_e_values.size());
  for (const std::size_t i : chosen) in_set[i] = true;
  std::vector<double> set;
  std::vector<double> others(static_cast<std::size_t>(hypotheses) - log_e_values.size());
  for (std::size_t i = 0; i < log_e_values.size(); ++i) (in_set[i] ? set : others).push_back(std::exp(log_e_values[i]));
  std::sort(set.begin(), set.end());
  std::sort(others.begin(), others.end());
  return level_of(set, others);
}

ClosedEbh closed_e_bh(std::span<const double> log_e_values, int hypotheses, double alpha) {
  return largest(log_e_values, hypotheses, alpha, [&](std::span<const double> ascending, std::size_t k) {
    return allowed(ascending, k, hypotheses, alpha);
  });
}

ClosedEbh closed_e_bh_at_the_end(std::span<const double> log_e_values, int hypotheses, double alpha) {
  std::vector<double> all(log_e_values.begin(), log_e_values.end());
  all.resize(static_cast<std::size_t>(hypotheses), -std::numeric_limits<double>::infinity());  // those missing: e = 0
  ClosedEbh result = largest(all, hypotheses, alpha, [&](std::span<const double> ascending, std::size_t k) {
    return level_of(ascending.last(k), ascending.first(ascending.size() - k)) <= alpha;
  });
  result.rejected.resize(log_e_values.size());
  return result;
}

double least_rejected(int most, int hypotheses, double alpha) {
  assert(1 <= most && most <= hypotheses);
  return std::log((1.0 + hypotheses - most) / (most * alpha));
}

}  // namespace scotoma
