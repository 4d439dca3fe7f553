// SPDX-License-Identifier: Apache-2.0
// What samplers on cumulative products of alpha share.
#pragma once

#include <algorithm>
#include <vector>

#include "scotoma/backend/diffusion/combination.h"
#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// alphas_cumprod at training timesteps; before the first one, `before`.
class AlphaTable {
 public:
  AlphaTable(std::vector<float> cumprod, double before) : cumprod_(std::move(cumprod)), before_(before) {}

  /// Beyond the last timestep, the last.
  double at(double timestep) const {
    if (timestep < 0) return before_;
    return cumprod_[std::min(static_cast<std::size_t>(timestep), cumprod_.size() - 1)];
  }

 private:
  std::vector<float> cumprod_;
  double before_;
};

/// The table of a class with set_alpha_to_one, which is `to_one` where the file does not say.
Result<AlphaTable> read_alphas(const PlanRequest& request, const ScheduleConfig& schedule, bool to_one);

/// A step at `timestep` that predicts the clean image from a sample with cumulative product `alpha_bar`.
SamplerStep step_on_alpha(const ScheduleConfig& schedule, double timestep, double alpha_bar);

/// clip_sample and, where `thresholds`, thresholding. Errors: bad_input for a value of another type.
Result<OriginalBounds> read_bounds(const PlanRequest& request, bool thresholds = true);

}  // namespace scotoma
