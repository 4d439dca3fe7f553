// SPDX-License-Identifier: Apache-2.0
// How much noise a diffusion model saw at each of its training timesteps, and which of them a sampler visits.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// The fields of scheduler_config.json that all samplers share. Names and defaults are those of diffusers 0.39.
struct ScheduleConfig {
  int train_timesteps = 1000;
  double beta_start = 0.0001;
  double beta_end = 0.02;
  std::string beta_schedule = "linear";  ///< "linear", "scaled_linear" or "squaredcos_cap_v2"
  std::vector<float> trained_betas;      ///< if given, these and no schedule
  bool zero_snr = false;                 ///< rescale_betas_zero_snr: Lin et al., arXiv 2305.08891, algorithm 1
  std::string spacing;                   ///< "linspace", "leading" or "trailing"
  int steps_offset = 0;
  std::string prediction = "epsilon";  ///< "epsilon", "v_prediction" or "sample"
};

/// Reads and checks them. `default_spacing` is the sampler's own. Errors: bad_input, naming file and field.
Result<ScheduleConfig> read_schedule_config(const nlohmann::json& config, const std::string& default_spacing,
                                            const std::filesystem::path& path);

/// Cumulative products of 1 - beta, one a training timestep. In float, accumulated in double, as torch does.
std::vector<float> alphas_cumprod(const ScheduleConfig& config);

/// sqrt((1 - a) / a) of each.
std::vector<double> noise_levels(const std::vector<float>& alphas_cumprod);

/// numpy.interp(x, [0, 1, ...], values).
double interpolate(double x, const std::vector<double>& values);

/// numpy.linspace(first, last, count).
std::vector<double> linspace(double first, double last, int count);

/// numpy.arange(from, 0, -step).round() - 1: the timesteps of "trailing".
std::vector<double> trailing_timesteps(double from, double step);

/// The noise levels of Karras et al., arXiv 2206.00364, equation 5 with rho = 7, from `high` to `low`.
std::vector<double> karras_levels(double high, double low, int count);

/// The (fractional) training timestep at which the noise level is `sigma`; log-linear between timesteps.
double timestep_of_level(double sigma, const std::vector<double>& levels);

}  // namespace scotoma
