// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/levels.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// Levels of interpolation_type "log_linear": one more than timesteps, from the highest to the lowest.
std::vector<double> log_linear_levels(const std::vector<double>& levels, int steps) {
  std::vector<double> out;
  for (const double log : linspace(std::log(levels.back()), std::log(levels.front()), steps + 1)) {
    out.push_back(std::exp(log));
  }
  return out;
}

/// The integral from `from` to `to` of the Lagrange polynomial that is 1 at nodes[which] and 0 at the others; Gauss's
/// two points are exact up to degree 3.
double lagrange_integral(const std::vector<double>& nodes, std::size_t which, double from, double to) {
  const auto at = [&](double x) {
    double product = 1;
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      if (k != which) product *= (x - nodes[k]) / (nodes[which] - nodes[k]);
    }
    return product;
  };
  const double middle = (from + to) / 2;
  const double half = (to - from) / 2;
  const double away = half / std::sqrt(3.0);
  return half * (at(middle - away) + at(middle + away));
}

}  // namespace

Result<LevelWalk> walk_levels(const PlanRequest& request, const ScheduleConfig& c, const WalkRules& rules) {
  LevelWalk out;
  const std::vector<double> levels = noise_levels(c);
  out.timesteps = plain_timesteps(c, request.steps);
  for (double& t : out.timesteps) out.sigmas.push_back(interpolate(t = static_cast<float>(t), levels));
  SCOTOMA_ASSIGN_OR_RETURN(const auto interpolation,
                           json_value<std::string>(request.config, "interpolation_type", "linear", request.path));
  if (rules.chooses_final && interpolation == "log_linear") {
    out.sigmas = log_linear_levels(levels, request.steps);
  } else if (rules.chooses_final && interpolation != "linear") {
    return bad_input(fmt::format("{}: interpolation_type '{}' is not supported; supported are linear and log_linear",
                                 request.path.string(), interpolation));
  }
  if (rules.spaces_levels) {
    SCOTOMA_ASSIGN_OR_RETURN(out.spacing, read_level_spacing(request));
  }
  if (out.spacing != LevelSpacing::timesteps) {
    double low = out.sigmas.back();
    double high = out.sigmas.front();
    if (rules.bounded || out.spacing != LevelSpacing::karras) {
      SCOTOMA_ASSIGN_OR_RETURN(low, level_bound(request, "sigma_min", low));
      SCOTOMA_ASSIGN_OR_RETURN(high, level_bound(request, "sigma_max", high));
    }
    out.sigmas = spaced_levels(out.spacing, high, low, request.steps);
    out.timesteps.resize(out.sigmas.size());
    for (std::size_t i = 0; i < out.sigmas.size(); ++i) {
      out.timesteps[i] = timestep_of_level(out.sigmas[i], levels, c.zero_snr || out.spacing != LevelSpacing::karras);
      if (rules.whole_karras && out.spacing == LevelSpacing::karras)
        out.timesteps[i] = std::nearbyint(out.timesteps[i]);
    }
  }
  double last = 0;
  if (rules.chooses_final) {
    SCOTOMA_ASSIGN_OR_RETURN(last, final_level(request, levels.front()));
  }
  out.sigmas.push_back(last);
  return out;
}

SamplerStep step_on_level(const ScheduleConfig& schedule, double timestep, double sigma) {
  // The network sees scale * s = alpha x + (sigma alpha) noise.
  const double scale = 1 / std::hypot(sigma, 1.0);
  SamplerStep step;
  step.timestep = timestep;
  step.input_scale = static_cast<float>(scale);
  PredOriginalSample x{1, -sigma};
  if (schedule.prediction == PredictionType::sample) x = {0, 1};
  if (schedule.prediction == PredictionType::v_prediction) x = {scale * scale, -sigma * scale};
  step.original_sample = static_cast<float>(x.sample_weight);
  step.original_output = static_cast<float>(x.output_weight);
  return step;
}

Combination slope_at(double sigma) { return (1 / sigma) * (Combination::sample() - Combination::original()); }

double initial_scale(const ScheduleConfig& schedule, double highest) {
  return schedule.spacing == TimestepSpacing::leading ? std::hypot(highest, 1.0) : highest;
}

AncestralSplit ancestral_split(double from, double to) {
  const double up = std::sqrt(to * to * (from * from - to * to) / (from * from));
  return {std::sqrt(to * to - up * up), up};
}

Result<SamplerPlan> plan_euler(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const auto kind,
                           json_value<std::string>(request.config, "timestep_type", "discrete", request.path));
  if (kind != "discrete" && kind != "continuous") {
    return bad_input(fmt::format("{}: timestep_type '{}' is not supported; supported are discrete and continuous",
                                 request.path.string(), kind));
  }
  SCOTOMA_ASSIGN_OR_RETURN(LevelWalk walk, walk_levels(request, c, {.chooses_final = true}));
  if (kind == "continuous" && c.prediction == PredictionType::v_prediction) {
    for (std::size_t i = 0; i < walk.timesteps.size(); ++i) walk.timesteps[i] = 0.25 * std::log(walk.sigmas[i]);
  }
  SamplerPlan plan{std::string("Euler") + described(walk.spacing), {}, initial_scale(c, walk.sigmas.front())};
  for (std::size_t i = 0; i < walk.timesteps.size(); ++i) {
    SamplerStep step = step_on_level(c, walk.timesteps[i], walk.sigmas[i]);
    const double ratio = walk.sigmas[i + 1] / walk.sigmas[i];  // s + (s - x) / sigma * (sigma' - sigma)
    assign(step, Operand::sample, ratio * Combination::sample() + (1 - ratio) * Combination::original());
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Result<SamplerPlan> plan_euler_ancestral(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk, walk_levels(request, c, {.spaces_levels = false}));
  SamplerPlan plan{"Euler ancestral", {}, initial_scale(c, walk.sigmas.front())};
  for (std::size_t i = 0; i < walk.timesteps.size(); ++i) {
    SamplerStep step = step_on_level(c, walk.timesteps[i], walk.sigmas[i]);
    const AncestralSplit split = ancestral_split(walk.sigmas[i], walk.sigmas[i + 1]);
    const double ratio = split.down / walk.sigmas[i];
    assign(step, Operand::sample,
           ratio * Combination::sample() + (1 - ratio) * Combination::original() + split.up * Combination::noise());
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Result<SamplerPlan> plan_lms(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk, walk_levels(request, c, {.bounded = false}));
  SamplerPlan plan{std::string("LMS") + described(walk.spacing), {}, initial_scale(c, walk.sigmas.front())};
  constexpr int order = 4;
  const History slopes(order);
  for (int i = 0; i < static_cast<int>(walk.timesteps.size()); ++i) {
    const auto at = static_cast<std::size_t>(i);
    SamplerStep step = step_on_level(c, walk.timesteps[at], walk.sigmas[at]);
    assign(step, slopes.slot(i), slope_at(walk.sigmas[at]));
    std::vector<double> nodes;
    for (int back = 0; back < std::min(i + 1, order); ++back)
      nodes.push_back(walk.sigmas[static_cast<std::size_t>(i - back)]);
    Combination next = Combination::sample();
    for (std::size_t back = 0; back < nodes.size(); ++back) {
      next +=
          lagrange_integral(nodes, back, walk.sigmas[at], walk.sigmas[at + 1]) * slopes.of(i - static_cast<int>(back));
    }
    assign(step, Operand::sample, next);
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace scotoma
