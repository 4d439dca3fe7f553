#include "evidence/closed_e_bh.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace scotoma {
namespace {

/// Sums of the smallest 0, 1, 2, ... values.
std::vector<double> sums_of_smallest(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::vector<double> sums = {0};
  for (const double value : values) sums.push_back(sums.back() + value);
  return sums;
}

/// The level of R from the e-values in it and outside of it. Of all A with j members in R and m outside, the one with
/// the smallest e-values is the hardest; of those outside, the ones that were never tested come first.
double level_of(const std::vector<double>& inside, const std::vector<double>& outside, std::size_t untested) {
  const auto size = static_cast<double>(inside.size());
  const auto sums_in = sums_of_smallest(inside);
  const auto sums_out = sums_of_smallest(outside);
  double level = 0;
  for (std::size_t j = 1; j < sums_in.size(); ++j) {
    for (std::size_t m = 0; m < sums_out.size(); ++m) {
      const double members = static_cast<double>(j + m) + static_cast<double>(untested);
      const double sum = sums_in[j] + sums_out[m];
      level = std::max(level, sum > 0 ? static_cast<double>(j) * members / (size * sum) : 1.0);
      if (level >= 1) return 1;
    }
  }
  return level;
}

}  // namespace

double closed_e_bh_level(std::span<const double> log_e_values, std::span<const std::size_t> chosen,
                         int max_hypotheses) {
  assert(max_hypotheses >= 1 && log_e_values.size() <= static_cast<std::size_t>(max_hypotheses));
  std::vector<bool> is_chosen(log_e_values.size(), false);
  for (const std::size_t i : chosen) is_chosen.at(i) = true;
  std::vector<double> inside;
  std::vector<double> outside;
  for (std::size_t i = 0; i < log_e_values.size(); ++i)
    (is_chosen[i] ? inside : outside).push_back(std::exp(log_e_values[i]));
  return level_of(inside, outside, static_cast<std::size_t>(max_hypotheses) - log_e_values.size());
}

std::vector<bool> closed_e_bh(std::span<const double> log_e_values, int max_hypotheses, double alpha) {
  assert(0 < alpha && alpha < 1);
  std::vector<std::size_t> order(log_e_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return log_e_values[a] > log_e_values[b]; });
  std::vector<bool> rejected(log_e_values.size(), false);
  for (std::size_t k = order.size(); k > 0; --k) {
    const auto largest = std::span(order).first(k);
    if (closed_e_bh_level(log_e_values, largest, max_hypotheses) > alpha) continue;
    for (const std::size_t i : largest) rejected[i] = true;
    break;
  }
  return rejected;
}

}  // namespace scotoma
