// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/log_snr.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scotoma/backend/diffusion/scheduler_classes.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// Timesteps of the first `last` ones, from the noisiest down.
std::vector<double> whole_timesteps(const ScheduleConfig& s, bool spaced, double last, int steps) {
  if (spaced && s.spacing == TimestepSpacing::trailing) {
    return trailing_timesteps(last, static_cast<double>(s.train_timesteps) / steps);
  }
  const bool leading = spaced && s.spacing == TimestepSpacing::leading;
  std::vector<double> out = linspace(0, last - 1, steps + 1);
  for (int i = 0; i <= steps; ++i) {
    double& t = out[static_cast<std::size_t>(i)];
    t = leading ? i * std::floor(last / (steps + 1)) + s.steps_offset : std::nearbyint(t);
  }
  out.erase(out.begin());
  std::reverse(out.begin(), out.end());
  return out;
}

/// How many timesteps are above lambda_min_clipped; all where the class has no such field.
Result<double> timesteps_above_clip(const PlanRequest& request, const std::vector<double>& levels, bool clipped) {
  double least = -std::numeric_limits<double>::infinity();
  if (clipped) {
    SCOTOMA_ASSIGN_OR_RETURN(least, json_value(request.config, "lambda_min_clipped", least, request.path));
  }
  // log SNR / 2 is -log(level) and falls with t.
  const auto above = std::count_if(levels.begin(), levels.end(), [&](double s) { return -std::log(s) >= least; });
  return static_cast<double>(above);
}

}  // namespace

Result<LevelWalk> walk_log_snr(const PlanRequest& request, const ScheduleConfig& c, const SnrRules& rules) {
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps - 1));
  const std::vector<double> levels = noise_levels(c);
  LevelWalk out;
  SCOTOMA_ASSIGN_OR_RETURN(const double last, timesteps_above_clip(request, levels, rules.clipped));
  SCOTOMA_ASSIGN_OR_RETURN(out.spacing, read_level_spacing(request, rules.has_lu));
  if (last < 1) {
    return bad_input(
        fmt::format("{}: lambda_min_clipped leaves no timestep; take it out, or lower it", request.path.string()));
  }
  out.timesteps = whole_timesteps(c, request.row.spaced, last, request.steps);
  double least = levels.front();
  if (out.spacing == LevelSpacing::timesteps) {
    for (const double t : out.timesteps) out.sigmas.push_back(interpolate(t, levels));
  } else {
    double high = levels.back();
    double low = levels.front();
    if (out.spacing == LevelSpacing::exponential || out.spacing == LevelSpacing::beta) {
      // As diffusers has them: where timesteps are cut, the last bit of a level decides on the first one.
      high = static_cast<float>(high);
      low = static_cast<float>(low);
    }
    if (out.spacing != LevelSpacing::lu) {
      SCOTOMA_ASSIGN_OR_RETURN(high, level_bound(request, "sigma_max", high));
      SCOTOMA_ASSIGN_OR_RETURN(low, level_bound(request, "sigma_min", low));
    }
    out.sigmas = spaced_levels(out.spacing, high, low, request.steps);
    out.timesteps.resize(out.sigmas.size());
    const bool rounded = (out.spacing == LevelSpacing::karras || out.spacing == LevelSpacing::lu) &&
                         !(rules.cuts_cosine && c.beta_schedule == BetaSchedule::squaredcos_cap_v2);
    for (std::size_t i = 0; i < out.sigmas.size(); ++i) {
      const double t =
          timestep_of_level(out.sigmas[i], levels, !rounded || c.zero_snr || out.spacing == LevelSpacing::lu);
      out.timesteps[i] = rounded ? std::nearbyint(t) : std::trunc(t);
    }
    if (!rules.ends_at_schedule) least = out.sigmas.back();
  }
  double end = least;
  if (!rules.always_ends_above) {
    SCOTOMA_ASSIGN_OR_RETURN(end, final_level(request, least));
  }
  out.sigmas.push_back(end);
  return out;
}

SamplerStep step_on_log_snr(const ScheduleConfig& schedule, double timestep, Level level) {
  const PredOriginalSample x = pred_original_sample(schedule.prediction, level.alpha(), level.noise());
  SamplerStep step;
  step.timestep = timestep;
  step.original_sample = static_cast<float>(x.sample_weight);
  step.original_output = static_cast<float>(x.output_weight);
  return step;
}

Combination noise_at(const ScheduleConfig& schedule, Level level, const OriginalBounds& bounds) {
  if (!bounds.thresholding) return predicted_noise(schedule.prediction, level.alpha(), level.noise());
  return (1 / level.noise()) * Combination::sample() - (level.alpha() / level.noise()) * Combination::original();
}

DpmWeights dpm_weights(DpmAlgorithm algorithm, Level from, Level to) {
  const double h = to.log_snr() - from.log_snr();
  const double alpha = to.alpha();
  const double sigma = to.noise();
  switch (algorithm) {
    case DpmAlgorithm::dpmsolver_plus:
      return {sigma / from.noise(), alpha * -std::expm1(-h), alpha * (std::expm1(-h) / h + 1),
              -alpha * ((std::expm1(-h) + h) / (h * h) - 0.5), 0};
    case DpmAlgorithm::dpmsolver:
      return {alpha / from.alpha(), -sigma * std::expm1(h), -sigma * (std::expm1(h) / h - 1),
              -sigma * ((std::expm1(h) - h) / (h * h) - 0.5), 0};
    case DpmAlgorithm::sde_dpmsolver_plus:
      return {sigma / from.noise() * std::exp(-h), alpha * -std::expm1(-2 * h),
              alpha * (std::expm1(-2 * h) / (2 * h) + 1), alpha * ((-std::expm1(-2 * h) - 2 * h) / (4 * h * h) - 0.5),
              sigma * std::sqrt(std::max(0.0, -std::expm1(-2 * h)))};
    case DpmAlgorithm::sde_dpmsolver:
      return {alpha / from.alpha(), -2 * sigma * std::expm1(h), -2 * sigma * (std::expm1(h) / h - 1), 0,
              sigma * std::sqrt(std::max(0.0, std::expm1(2 * h)))};
  }
  return {};
}

Result<DpmConfig> read_dpm_config(const PlanRequest& request) {
  const auto& [config, row, steps, eta, path] = request;
  DpmConfig c;
  SCOTOMA_ASSIGN_OR_RETURN(c.order, json_value(config, "solver_order", 2, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto algorithm,
                           json_value<std::string>(config, "algorithm_type", "dpmsolver++", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto solver, json_value<std::string>(config, "solver_type", "midpoint", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto variance, json_value<std::string>(config, "variance_type", "", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto final, json_value<std::string>(config, "final_sigmas_type", "zero", path));
  if (algorithm == "dpmsolver") c.algorithm = DpmAlgorithm::dpmsolver;
  if (algorithm == "sde-dpmsolver") c.algorithm = DpmAlgorithm::sde_dpmsolver;
  if (algorithm == "sde-dpmsolver++") c.algorithm = DpmAlgorithm::sde_dpmsolver_plus;
  const bool single = row.kind == SchedulerKind::dpmsolver_singlestep;
  // diffusers means to take DEIS's files for this.
  const bool known = c.algorithm != DpmAlgorithm::dpmsolver_plus || algorithm == "dpmsolver++" || algorithm == "deis";
  const bool third_sde = c.algorithm == DpmAlgorithm::sde_dpmsolver && (c.order > 2 || single);
  if (!known || c.order < 1 || c.order > 3 || third_sde || variance.starts_with("learned")) {
    return bad_input(fmt::format(
        "{}: {} of order {}{} is not supported; only dpmsolver++, sde-dpmsolver++ and dpmsolver of order 1 to 3, and "
        "sde-dpmsolver of order 1 or 2, without a learned variance: say so in that file (algorithm_type, "
        "solver_order), or set scheduler = \"unipc\" or \"ddim\" in the study's [generator], which sample from the "
        "same model",
        path.string(), algorithm, c.order, variance.empty() ? "" : " with variance_type " + variance));
  }
  if (c.predicts_noise() && final == "zero") {
    return bad_input(
        fmt::format("{}: {} cannot end at final_sigmas_type zero; set final_sigmas_type to sigma_min, or "
                    "algorithm_type to {}dpmsolver++ in that file",
                    path.string(), algorithm, c.fresh_noise() ? "sde-" : ""));
  }
  c.heun = solver == "heun";
  // diffusers takes the solver types of its other classes for midpoint.
  const auto midpoint = {"midpoint", "logrho", "bh1", "bh2"};
  if (!c.heun && std::find(midpoint.begin(), midpoint.end(), solver) == midpoint.end()) {
    return bad_input(
        fmt::format("{}: solver_type '{}' is not supported; supported are midpoint and heun", path.string(), solver));
  }
  return c;
}

std::string dpm_name(const DpmConfig& c, const char* kind, LevelSpacing spacing) {
  const std::string order = c.order == 1 ? "1" : std::to_string(c.order) + kind;
  return fmt::format("DPM-Solver{} {}{}{}", c.predicts_noise() ? "" : "++", order, c.fresh_noise() ? " SDE" : "",
                     described(spacing));
}

}  // namespace scotoma
