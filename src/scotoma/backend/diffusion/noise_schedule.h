// SPDX-License-Identifier: Apache-2.0
// How much noise a diffusion model saw at each of its training timesteps.
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/core/result.h"

namespace scotoma {

enum class BetaSchedule { linear, scaled_linear, squaredcos_cap_v2, exp, sigmoid, laplace };

constexpr std::array<Named<BetaSchedule>, 6> names_of(BetaSchedule) {
  return {{{BetaSchedule::linear, "linear"},
           {BetaSchedule::scaled_linear, "scaled_linear"},
           {BetaSchedule::squaredcos_cap_v2, "squaredcos_cap_v2"},
           {BetaSchedule::exp, "exp"},
           {BetaSchedule::sigmoid, "sigmoid"},
           {BetaSchedule::laplace, "laplace"}}};
}

enum class TimestepSpacing { linspace, leading, trailing };

constexpr std::array<Named<TimestepSpacing>, 3> names_of(TimestepSpacing) {
  return {{{TimestepSpacing::linspace, "linspace"},
           {TimestepSpacing::leading, "leading"},
           {TimestepSpacing::trailing, "trailing"}}};
}

enum class PredictionType { epsilon, v_prediction, sample };

constexpr std::array<Named<PredictionType>, 3> names_of(PredictionType) {
  return {{{PredictionType::epsilon, "epsilon"},
           {PredictionType::v_prediction, "v_prediction"},
           {PredictionType::sample, "sample"}}};
}

struct PlanRequest;

/// The fields of scheduler_config.json that most samplers share, by their names there.
struct ScheduleConfig {
  int train_timesteps = 1000;
  double beta_start = 0.0001;
  double beta_end = 0.02;
  BetaSchedule beta_schedule = BetaSchedule::linear;
  std::vector<float> trained_betas;  ///< if given, these and no schedule
  bool zero_snr = false;             ///< rescale_betas_zero_snr: Lin et al., arXiv 2305.08891, algorithm 1
  TimestepSpacing spacing = TimestepSpacing::linspace;
  int steps_offset = 0;
  PredictionType prediction = PredictionType::epsilon;
};

/// Reads and checks them; what the file leaves out is as the request's row says. Errors: bad_input, naming file and
/// field.
Result<ScheduleConfig> read_schedule_config(const PlanRequest& request);

/// Cumulative products of 1 - beta, one a training timestep. In float, accumulated in double, as torch does.
std::vector<float> alphas_cumprod(const ScheduleConfig& config);

/// Noise over signal, sqrt((1 - a) / a), of each training timestep. Where rescale_betas_zero_snr leaves nothing of the
/// image in the last, that level is 4096, as diffusers has it.
std::vector<double> noise_levels(const ScheduleConfig& config);

/// original = sample_weight s + output_weight m: the clean image from a sample with signal `alpha` and noise `sigma`.
struct PredOriginalSample {
  double sample_weight = 0;
  double output_weight = 0;
};

PredOriginalSample pred_original_sample(PredictionType prediction, double alpha, double sigma);

}  // namespace scotoma
