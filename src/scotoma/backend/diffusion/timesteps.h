// SPDX-License-Identifier: Apache-2.0
// Which training timesteps, or noise levels between them, a sampler visits.
#pragma once

#include <array>
#include <vector>

#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/core/names.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// How noise levels lie between the highest and the lowest. use_karras_sigmas and its like.
enum class LevelSpacing {
  timesteps,    ///< at the timesteps that timestep_spacing gives
  karras,       ///< Karras et al., arXiv 2206.00364, equation 5 with rho = 7
  lu,           ///< evenly in log SNR: Lu et al., arXiv 2206.00927
  exponential,  ///< evenly in the logarithm: the same, but for sigma_min and sigma_max
  beta,         ///< at quantiles of Beta(0.6, 0.6): Lee et al., arXiv 2407.12173
};

/// For people: " (Karras)"; empty for `timesteps`.
const char* described(LevelSpacing spacing);

/// What the file says, of those that the class has. Errors: bad_input where it says two at once.
Result<LevelSpacing> read_level_spacing(const PlanRequest& request, bool has_lu = false);

/// `count` levels from `high` to `low`, neither of which is 0. Not for `timesteps`.
std::vector<double> spaced_levels(LevelSpacing spacing, double high, double low, int count);

/// numpy.interp(x, [0, 1, ...], values).
double interpolate(double x, const std::vector<double>& values);

/// numpy.linspace(first, last, count).
std::vector<double> linspace(double first, double last, int count);

/// numpy.arange(from, 0, -step).round() - 1: the timesteps of "trailing".
std::vector<double> trailing_timesteps(double from, double step);

/// The (fractional) training timestep at which the noise level is `sigma`; log-linear between timesteps. With
/// `float_logs` the levels' logarithms are rounded to float, as diffusers has them: it decides on the first timestep
/// where that is cut, or where the last level is below those before it (zero terminal SNR).
double timestep_of_level(double sigma, const std::vector<double>& levels, bool float_logs = false);

/// The timesteps of samplers on alphas or noise levels, from the last one down, not rounded.
std::vector<double> plain_timesteps(const ScheduleConfig& config, int steps);

/// Errors: bad_input where `steps` is not from 1 to `limit`.
Result<void> check_steps(const PlanRequest& request, int limit);

/// A walk over noise levels. Each of `timesteps` has its level in `sigmas`, which has one more: where the walk ends.
struct LevelWalk {
  std::vector<double> timesteps;
  std::vector<double> sigmas;
  LevelSpacing spacing = LevelSpacing::timesteps;
};

/// sigma_min or sigma_max of the file, where `key` is there; else `fallback`.
Result<double> level_bound(const PlanRequest& request, const char* key, double fallback);

/// The level at which the walk ends: final_sigmas_type, `least` or 0.
Result<double> final_level(const PlanRequest& request, double least);

}  // namespace scotoma
