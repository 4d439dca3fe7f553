// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/timesteps.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// Of the `original_inference_steps` timesteps that the model was distilled for, `steps`, from the last one down.
Result<std::vector<double>> distilled_timesteps(const PlanRequest& request, const ScheduleConfig& c) {
  SCOTOMA_ASSIGN_OR_RETURN(const int original,
                           json_value(request.config, "original_inference_steps", 50, request.path));
  if (original < 1 || original > c.train_timesteps) {
    return bad_input(fmt::format("{}: original_inference_steps must be from 1 to num_train_timesteps ({})",
                                 request.path.string(), c.train_timesteps));
  }
  if (request.steps < 1 || request.steps > original) {
    return bad_input(
        fmt::format("{} steps cannot be taken with {}: the model is distilled for "
                    "original_inference_steps = {}, take at most that many (4 to 8 are usual)",
                    request.steps, request.path.string(), original));
  }
  const int apart = c.train_timesteps / original;
  std::vector<double> out;
  for (int i = 0; i < request.steps; ++i) {
    const double at = std::floor(i * (static_cast<double>(original) / request.steps));
    out.push_back((original - at) * apart - 1);
  }
  return out;
}

}  // namespace

Result<SamplerPlan> plan_lcm(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const std::vector<double> timesteps, distilled_timesteps(request, c));
  SCOTOMA_ASSIGN_OR_RETURN(const double scaling, json_value(request.config, "timestep_scaling", 10.0, request.path));
  const AlphaTable alphas(alphas_cumprod(c), 1);
  SamplerPlan plan{"LCM"};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request));
  for (std::size_t i = 0; i < timesteps.size(); ++i) {
    constexpr double data_deviation = 0.5;
    const double scaled = timesteps[i] * scaling;
    const double norm = scaled * scaled + data_deviation * data_deviation;
    const Combination denoised = (scaled / std::sqrt(norm)) * Combination::original() +
                                 (data_deviation * data_deviation / norm) * Combination::sample();
    SamplerStep step = step_on_alpha(c, timesteps[i], alphas.at(timesteps[i]));
    if (i + 1 < timesteps.size()) {
      const double next = alphas.at(timesteps[i + 1]);
      assign(step, Operand::sample, std::sqrt(next) * denoised + std::sqrt(1 - next) * Combination::noise());
    } else {
      assign(step, Operand::sample, denoised);
    }
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

/// With eta as gamma of the paper: each step goes to (1 - eta) of the next timestep, and back up to it with fresh
/// noise.
Result<SamplerPlan> plan_tcd(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const std::vector<double> timesteps, distilled_timesteps(request, c));
  const AlphaTable alphas(alphas_cumprod(c), 1);
  SamplerPlan plan{"TCD"};
  for (std::size_t i = 0; i < timesteps.size(); ++i) {
    const bool last = i + 1 == timesteps.size();
    const double next_timestep = last ? 0 : timesteps[i + 1];
    const double a = alphas.at(timesteps[i]);
    const double down = alphas.at(std::floor((1 - request.eta) * next_timestep));
    const double next = alphas.at(next_timestep);
    SamplerStep step = step_on_alpha(c, timesteps[i], a);
    const Combination noised = std::sqrt(down) * Combination::original() +
                               std::sqrt(1 - down) * predicted_noise(c.prediction, std::sqrt(a), std::sqrt(1 - a));
    const bool fresh = request.eta > 0 && !last;
    assign(step, Operand::sample,
           fresh ? std::sqrt(next / down) * noised + std::sqrt(1 - next / down) * Combination::noise() : noised);
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace scotoma
