// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/claims.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scotoma/evidence/closed_e_bh.h"

namespace scotoma {
namespace {

constexpr double kSearchShare = 0.9;  // what cross-checks suggest nearly always is one, and needs little of the level

std::vector<double> e_values_in(std::span<const Claim> claims, std::optional<Wave> wave) {
  std::vector<double> log_e_values;
  for (const Claim& claim : claims) {
    if (claim.wave == wave) log_e_values.push_back(claim.log_e_value);
  }
  return log_e_values;
}

/// The level of those chosen in one wave.
double level_in(std::vector<double> chosen, const std::vector<double>& others, int trials) {
  std::vector<std::size_t> indices(chosen.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  chosen.insert(chosen.end(), others.begin(), others.end());
  return closed_e_bh_level(chosen, indices, std::max(trials, static_cast<int>(chosen.size())));
}

/// What claims without a wave add to the mean: of their K slots only the sum of all e-values is bounded.
double unwaved_share(std::span<const Claim> chosen, int slots) {
  const auto log_e_values = e_values_in(chosen, std::nullopt);
  if (log_e_values.empty()) return 0;
  const auto count = static_cast<double>(log_e_values.size());
  const double smallest = *std::min_element(log_e_values.begin(), log_e_values.end());
  return count / static_cast<double>(chosen.size()) * std::min(1.0, std::exp(std::log(slots / count) - smallest));
}

}  // namespace

double alpha_of(Wave wave, double alpha) { return alpha * (wave == Wave::search ? kSearchShare : 1 - kSearchShare); }

int trials_of(std::span<const Hypothesis> hypotheses, Wave wave) {
  return static_cast<int>(
      std::count_if(hypotheses.begin(), hypotheses.end(), [&](const Hypothesis& h) { return h.wave == wave; }));
}

std::vector<Claim> claims_of(std::span<const Hypothesis> hypotheses) {
  std::vector<Claim> claims;
  for (const Hypothesis& h : hypotheses) {
    if (h.status == Status::confirmed) claims.push_back({h.log_e_value, h.wave});
  }
  return claims;
}

bool speaks_beside_claims(Status status) { return status == Status::not_confirmed || status == Status::out_of_budget; }

std::vector<Claim> trials_beside_claims(std::span<const Hypothesis> hypotheses) {
  std::vector<Claim> trials;
  for (const Hypothesis& h : hypotheses) {
    if (h.wave && speaks_beside_claims(h.status)) trials.push_back({h.log_e_value, h.wave});
  }
  return trials;
}

TrialCounts trial_counts(std::span<const Hypothesis> hypotheses, int unwaved) {
  return {trials_of(hypotheses, Wave::search), trials_of(hypotheses, Wave::cross_check), unwaved};
}

double claims_level(std::span<const Claim> chosen, std::span<const Claim> others, const TrialCounts& trials) {
  if (chosen.empty()) return 0;
  double level = 0;
  const auto add = [&](Wave wave, int count) {
    const auto of_wave = e_values_in(chosen, wave);
    if (of_wave.empty()) return;
    const auto beside = e_values_in(others, wave);
    level +=
        static_cast<double>(of_wave.size()) / static_cast<double>(chosen.size()) * level_in(of_wave, beside, count);
  };
  add(Wave::search, trials.search);
  add(Wave::cross_check, trials.cross_check);
  return level + unwaved_share(chosen, trials.unwaved);
}

}  // namespace scotoma
