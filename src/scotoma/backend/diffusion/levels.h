// SPDX-License-Identifier: Apache-2.0
// What samplers on noise levels share: the sample is clean image + sigma * noise, and the network sees it scaled down.
#pragma once

#include "scotoma/backend/diffusion/combination.h"
#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/backend/diffusion/timesteps.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// What a class does with its noise levels beside what the file says.
struct WalkRules {
  bool spaces_levels = true;   ///< has use_karras_sigmas and its like
  bool bounded = true;         ///< Karras's levels keep to sigma_min and sigma_max where the file has them
  bool whole_karras = false;   ///< Karras's timesteps are rounded
  bool chooses_final = false;  ///< has final_sigmas_type
};

/// The levels and timesteps of `request`. Errors: bad_input for fields that contradict each other.
Result<LevelWalk> walk_levels(const PlanRequest& request, const ScheduleConfig& schedule, const WalkRules& rules);

/// A step at noise level `sigma` that predicts the clean image.
SamplerStep step_on_level(const ScheduleConfig& schedule, double timestep, double sigma);

/// The slope of the sample over sigma, (sample - original) / sigma.
Combination slope_at(double sigma);

/// Standard deviation of the first sample.
double initial_scale(const ScheduleConfig& schedule, double highest);

/// A step from level `from` to `to` of which a part is fresh noise: down to `down`, and back up with noise of deviation
/// `up` (Karras et al., arXiv 2206.00364, as Crowson's ancestral samplers split it).
struct AncestralSplit {
  double down = 0;
  double up = 0;
};

AncestralSplit ancestral_split(double from, double to);

}  // namespace scotoma
