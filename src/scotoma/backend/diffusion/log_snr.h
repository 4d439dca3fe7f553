// SPDX-License-Identifier: Apache-2.0
// What samplers on log SNR share: the sample is alpha * clean image + sigma * noise with alpha^2 + sigma^2 = 1, and the
// network is told whole timesteps.
#pragma once

#include <cmath>

#include "scotoma/backend/diffusion/combination.h"
#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/backend/diffusion/timesteps.h"
#include "scotoma/core/result.h"

namespace scotoma {

struct Level {
  double sigma = 0;  ///< noise over signal, as in the schedule
  double alpha() const { return 1 / std::hypot(sigma, 1.0); }
  double noise() const { return sigma * alpha(); }
  double log_snr() const { return -std::log(sigma); }  ///< half of it; infinite without noise
};

/// What a class does with its timesteps beside what the file says.
struct SnrRules {
  bool clipped = false;            ///< has lambda_min_clipped
  bool has_lu = false;             ///< has use_lu_lambdas
  bool cuts_cosine = false;        ///< Karras's and Lu's timesteps are cut, not rounded, where the schedule is a cosine
  bool ends_at_schedule = false;   ///< final_sigmas_type sigma_min: the schedule's least level, however levels lie
  bool always_ends_above = false;  ///< has no final_sigmas_type, and never ends at 0
};

/// The levels and timesteps of `request`. Errors: bad_input for fields that contradict each other.
Result<LevelWalk> walk_log_snr(const PlanRequest& request, const ScheduleConfig& schedule, const SnrRules& rules);

/// A step at `level` that predicts the clean image.
SamplerStep step_on_log_snr(const ScheduleConfig& schedule, double timestep, Level level);

/// The noise in a sample at `level`: by way of the clean image where that is held to bounds.
Combination noise_at(const ScheduleConfig& schedule, Level level, const OriginalBounds& bounds);

/// The clean image or noise is predicted, and the equation solved, with or without fresh noise.
enum class DpmAlgorithm { dpmsolver, dpmsolver_plus, sde_dpmsolver, sde_dpmsolver_plus };

/// Weights of the step of length h = log SNR of `to` less that of `from`: of the sample, of what the network predicts
/// (d0), of its first and second derivative (d1, d2), and of noise.
struct DpmWeights {
  double sample = 0;
  double d0 = 0;
  double d1 = 0;
  double d2 = 0;
  double noise = 0;
};

DpmWeights dpm_weights(DpmAlgorithm algorithm, Level from, Level to);

/// The fields of DPM-Solver's two classes.
struct DpmConfig {
  DpmAlgorithm algorithm = DpmAlgorithm::dpmsolver_plus;
  int order = 2;
  bool heun = false;  ///< solver_type; else midpoint

  bool fresh_noise() const { return algorithm >= DpmAlgorithm::sde_dpmsolver; }
  bool predicts_noise() const {
    return algorithm == DpmAlgorithm::dpmsolver || algorithm == DpmAlgorithm::sde_dpmsolver;
  }
};

/// Reads and checks them. Errors: bad_input for what diffusers does not do either, and for models that predict a
/// variance.
Result<DpmConfig> read_dpm_config(const PlanRequest& request);

/// For people: "DPM-Solver++ 2M SDE (Karras)". `kind`: "M" or "S".
std::string dpm_name(const DpmConfig& config, const char* kind, LevelSpacing spacing);

}  // namespace scotoma
