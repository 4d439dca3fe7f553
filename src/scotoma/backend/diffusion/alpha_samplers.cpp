// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/scheduler_classes.h"
#include "scotoma/backend/diffusion/timesteps.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

std::vector<double> rounded(std::vector<double> timesteps) {
  for (double& t : timesteps) t = std::nearbyint(t);
  return timesteps;
}

}  // namespace

Result<AlphaTable> read_alphas(const PlanRequest& request, const ScheduleConfig& schedule, bool to_one) {
  SCOTOMA_ASSIGN_OR_RETURN(const bool one, json_value(request.config, "set_alpha_to_one", to_one, request.path));
  std::vector<float> cumprod = alphas_cumprod(schedule);
  const double first = cumprod.front();
  return AlphaTable(std::move(cumprod), one ? 1.0 : first);
}

SamplerStep step_on_alpha(const ScheduleConfig& schedule, double timestep, double alpha_bar) {
  const PredOriginalSample x =
      pred_original_sample(schedule.prediction, std::sqrt(alpha_bar), std::sqrt(1 - alpha_bar));
  SamplerStep step;
  step.timestep = timestep;
  step.original_sample = static_cast<float>(x.sample_weight);
  step.original_output = static_cast<float>(x.output_weight);
  return step;
}

Result<OriginalBounds> read_bounds(const PlanRequest& request, bool thresholds) {
  const auto& [config, row, steps, eta, path] = request;
  OriginalBounds out;
  SCOTOMA_ASSIGN_OR_RETURN(const bool clips, json_value(config, "clip_sample", row.clip_sample.value_or(false), path));
  SCOTOMA_ASSIGN_OR_RETURN(const double range, json_value(config, "clip_sample_range", 1.0, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool thresholding, json_value(config, "thresholding", false, path));
  Thresholding to;
  SCOTOMA_ASSIGN_OR_RETURN(to.ratio, json_value(config, "dynamic_thresholding_ratio", to.ratio, path));
  SCOTOMA_ASSIGN_OR_RETURN(to.largest, json_value(config, "sample_max_value", to.largest, path));
  if (!(to.ratio >= 0 && to.ratio <= 1 && to.largest > 0)) {
    return bad_input(path.string() + ": impossible dynamic_thresholding_ratio or sample_max_value");
  }
  if (clips && row.clip_sample) out.clip = range;
  if (thresholding && thresholds) out.thresholding = to;
  return out;
}

Result<SamplerPlan> plan_ddim(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const AlphaTable alphas, read_alphas(request, c, true));
  SamplerPlan plan{"DDIM"};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request));
  for (const double t : rounded(plain_timesteps(c, request.steps))) {
    const double a = alphas.at(t);
    const double before = alphas.at(t - c.train_timesteps / request.steps);
    const double fresh = request.eta * std::sqrt((1 - before) / (1 - a) * (1 - a / before));
    SamplerStep step = step_on_alpha(c, t, a);
    const double rest = std::sqrt(1 - before - fresh * fresh);
    assign(step, Operand::sample,
           rest * predicted_noise(c.prediction, std::sqrt(a), std::sqrt(1 - a)) +
               std::sqrt(before) * Combination::original() + fresh * Combination::noise());
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Result<SamplerPlan> plan_ddpm(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const auto variance,
                           json_value<std::string>(request.config, "variance_type", "fixed_small", request.path));
  const bool small = variance == "fixed_small" || variance == "fixed_small_log";
  if (!small && variance != "fixed_large") {
    return bad_input(
        fmt::format("{}: variance_type '{}' is not supported; supported are fixed_small, fixed_small_log "
                    "and fixed_large",
                    request.path.string(), variance));
  }
  const AlphaTable alphas(alphas_cumprod(c), 1);
  SamplerPlan plan{"DDPM"};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request));
  const std::vector<double> timesteps = rounded(plain_timesteps(c, request.steps));
  for (std::size_t i = 0; i < timesteps.size(); ++i) {
    const double a = alphas.at(timesteps[i]);
    const double before = alphas.at(i + 1 < timesteps.size() ? timesteps[i + 1] : -1);
    const double alpha = a / before;
    SamplerStep step = step_on_alpha(c, timesteps[i], a);
    Combination next = (std::sqrt(before) * (1 - alpha) / (1 - a)) * Combination::original() +
                       (std::sqrt(alpha) * (1 - before) / (1 - a)) * Combination::sample();
    const double least = std::max((1 - before) / (1 - a) * (1 - alpha), 1e-20);
    if (timesteps[i] > 0) next += std::sqrt(small ? least : 1 - alpha) * Combination::noise();
    assign(step, Operand::sample, next);
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace scotoma
