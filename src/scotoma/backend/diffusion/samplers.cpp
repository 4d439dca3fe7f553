// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/samplers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

/// x = sample_weight * s + output_weight * m: the clean image from a sample with signal `alpha` and noise `sigma`.
struct PredOriginalSample {
  double sample_weight = 0;
  double output_weight = 0;
};

PredOriginalSample pred_original_sample(const std::string& prediction, double alpha, double sigma) {
  if (prediction == "sample") return {0, 1};
  if (prediction == "v_prediction") return {alpha, -sigma};
  return {1 / alpha, -sigma / alpha};
}

Result<void> refuse(const Json& config, std::initializer_list<const char*> switches, const Path& path) {
  for (const char* key : switches) {
    SCOTOMA_ASSIGN_OR_RETURN(const bool on, json_value(config, key, false, path));
    if (on) return bad_input(fmt::format("{}: '{}' is not supported; set it to false", path.string(), key));
  }
  return {};
}

Result<void> check_steps(int steps, int limit, const Path& path) {
  if (steps >= 1 && steps <= limit) return {};
  return bad_input(fmt::format("{} steps cannot be taken with {}: it has {} timesteps", steps, path.string(), limit));
}

Result<double> final_level(const Json& config, const std::vector<double>& levels, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto type, json_value<std::string>(config, "final_sigmas_type", "zero", path));
  if (type == "zero") return 0.0;
  if (type == "sigma_min") return levels.front();
  return bad_input(fmt::format("{}: final_sigmas_type '{}' is not supported", path.string(), type));
}

/// Timesteps of DDIM and Euler; DPM-Solver spaces its own.
std::vector<double> plain_timesteps(const ScheduleConfig& c, int steps) {
  if (c.spacing == "trailing")
    return trailing_timesteps(c.train_timesteps, static_cast<double>(c.train_timesteps) / steps);
  std::vector<double> out = linspace(0, c.train_timesteps - 1, steps);
  if (c.spacing == "leading") {
    for (int i = 0; i < steps; ++i) out[static_cast<std::size_t>(i)] = i * (c.train_timesteps / steps) + c.steps_offset;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// The last training timestep is made all noise by rescale_betas_zero_snr; a level must stay finite.
std::vector<double> finite_levels(const ScheduleConfig& c) {
  std::vector<float> cumprod = alphas_cumprod(c);
  if (c.zero_snr) cumprod.back() = 0x1p-24F;
  return noise_levels(cumprod);
}

}  // namespace

Result<SamplerPlan> plan_ddim(const Json& config, int steps, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(config, "leading", path));
  SCOTOMA_RETURN_IF_ERROR(check_steps(steps, c.train_timesteps, path));
  SCOTOMA_RETURN_IF_ERROR(refuse(config, {"thresholding"}, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool clip, json_value(config, "clip_sample", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(const double range, json_value(config, "clip_sample_range", 1.0, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool ends_at_one, json_value(config, "set_alpha_to_one", true, path));
  const std::vector<float> cumprod = alphas_cumprod(c);
  const auto at = [&](double t) {
    if (t < 0) return ends_at_one ? 1.0 : static_cast<double>(cumprod.front());
    return static_cast<double>(cumprod[std::min(static_cast<std::size_t>(t), cumprod.size() - 1)]);
  };
  SamplerPlan plan{fmt::format("DDIM, {} steps", steps), {}, 1, clip ? range : 0};
  std::vector<double> timesteps = plain_timesteps(c, steps);
  for (const double exact : timesteps) {
    const double t = std::nearbyint(exact);
    const double a = at(t);
    const double before = at(t - c.train_timesteps / steps);
    const double signal = std::sqrt(a);
    const double noise = std::sqrt(1 - a);
    const PredOriginalSample x = pred_original_sample(c.prediction, signal, noise);
    // The noise in the sample, from the unclipped image: (s - signal x) / noise.
    const double rest = std::sqrt(1 - before);
    PredOriginalSample eps{(1 - signal * x.sample_weight) / noise, -signal * x.output_weight / noise};
    if (c.prediction == "epsilon") eps = {0, 1};
    if (c.prediction == "v_prediction") eps = {noise, signal};
    plan.steps.push_back({t, 1, static_cast<float>(x.sample_weight), static_cast<float>(x.output_weight),
                          static_cast<float>(rest * eps.sample_weight), static_cast<float>(rest * eps.output_weight),
                          static_cast<float>(std::sqrt(before)), 0});
  }
  return plan;
}

Result<SamplerPlan> plan_euler(const Json& config, int steps, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(config, "linspace", path));
  SCOTOMA_RETURN_IF_ERROR(check_steps(steps, c.train_timesteps, path));
  SCOTOMA_RETURN_IF_ERROR(refuse(config, {"use_exponential_sigmas", "use_beta_sigmas"}, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto kind, json_value<std::string>(config, "timestep_type", "discrete", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto interpolation,
                           json_value<std::string>(config, "interpolation_type", "linear", path));
  if (kind != "discrete" || interpolation != "linear") {
    return bad_input(path.string() + ": only discrete timesteps and linear interpolation are supported");
  }
  SCOTOMA_ASSIGN_OR_RETURN(const bool karras, json_value(config, "use_karras_sigmas", false, path));
  const std::vector<double> levels = finite_levels(c);
  std::vector<double> timesteps = plain_timesteps(c, steps);
  std::vector<double> sigmas;
  for (double& t : timesteps) sigmas.push_back(interpolate(t = static_cast<float>(t), levels));
  if (karras) {
    SCOTOMA_ASSIGN_OR_RETURN(const double low, json_value(config, "sigma_min", sigmas.back(), path));
    SCOTOMA_ASSIGN_OR_RETURN(const double high, json_value(config, "sigma_max", sigmas.front(), path));
    sigmas = karras_levels(high, low, steps);
    for (std::size_t i = 0; i < sigmas.size(); ++i) timesteps[i] = timestep_of_level(sigmas[i], levels);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const double last, final_level(config, levels, path));
  sigmas.push_back(last);
  SamplerPlan plan{fmt::format("Euler{}, {} steps", karras ? " (Karras)" : "", steps), {}, sigmas.front(), 0};
  if (c.spacing == "leading") plan.initial_scale = std::hypot(sigmas.front(), 1.0);
  for (std::size_t i = 0; i < timesteps.size(); ++i) {
    const double sigma = sigmas[i];
    const double scale = 1 / std::hypot(sigma, 1.0);  // the network saw scale * s = alpha x + (sigma alpha) noise
    PredOriginalSample x{1, -sigma};
    if (c.prediction == "sample") x = {0, 1};
    if (c.prediction == "v_prediction") x = {scale * scale, -sigma * scale};
    const double ratio = sigmas[i + 1] / sigma;  // s + (s - x) / sigma * (sigma' - sigma)
    plan.steps.push_back({timesteps[i], static_cast<float>(scale), static_cast<float>(x.sample_weight),
                          static_cast<float>(x.output_weight), static_cast<float>(ratio), 0,
                          static_cast<float>(1 - ratio), 0});
  }
  return plan;
}

namespace {

struct DpmConfig {
  ScheduleConfig schedule;
  int order = 2;
  bool heun = false;
  bool lower_order_final = true;
  bool euler_at_final = false;
  bool karras = false;
  double min_log_snr = -std::numeric_limits<double>::infinity();  ///< lambda_min_clipped
};

Result<DpmConfig> read_dpm_config(const Json& config, const Path& path) {
  DpmConfig c;
  SCOTOMA_ASSIGN_OR_RETURN(c.schedule, read_schedule_config(config, "linspace", path));
  SCOTOMA_RETURN_IF_ERROR(refuse(config,
                                 {"thresholding", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas",
                                  "use_flow_sigmas", "use_dynamic_shifting"},
                                 path));
  SCOTOMA_ASSIGN_OR_RETURN(c.order, json_value(config, "solver_order", 2, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto algorithm,
                           json_value<std::string>(config, "algorithm_type", "dpmsolver++", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto solver, json_value<std::string>(config, "solver_type", "midpoint", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto variance, json_value<std::string>(config, "variance_type", "", path));
  // diffusers means to take DEIS's files for this.
  const bool deterministic = algorithm == "dpmsolver++" || algorithm == "deis";
  if (!deterministic || c.order < 1 || c.order > 2 || !variance.empty()) {
    return bad_input(fmt::format(
        "{}: {} of order {}{} is not supported; only dpmsolver++ of order 1 or 2, without a learned variance: "
        "say so in that file (algorithm_type, solver_order), or set scheduler = \"euler\" or \"ddim\" in the "
        "study's [generator], which sample from the same model",
        path.string(), algorithm, c.order, variance.empty() ? "" : " with variance_type " + variance));
  }
  c.heun = solver == "heun";
  // diffusers takes the solver types of its other classes for midpoint.
  const auto midpoint = {"midpoint", "logrho", "bh1", "bh2"};
  if (!c.heun && std::find(midpoint.begin(), midpoint.end(), solver) == midpoint.end()) {
    return bad_input(fmt::format("{}: solver_type '{}' is not supported", path.string(), solver));
  }
  SCOTOMA_ASSIGN_OR_RETURN(c.lower_order_final, json_value(config, "lower_order_final", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.euler_at_final, json_value(config, "euler_at_final", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.karras, json_value(config, "use_karras_sigmas", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.min_log_snr, json_value(config, "lambda_min_clipped", c.min_log_snr, path));
  return c;
}

std::vector<double> dpm_timesteps(const DpmConfig& c, const std::vector<double>& levels, int steps) {
  // log SNR / 2 is -log(level) and falls with t: count the timesteps that are above the clip.
  const auto above =
      std::count_if(levels.begin(), levels.end(), [&](double s) { return -std::log(s) >= c.min_log_snr; });
  const double last = static_cast<double>(above);
  const ScheduleConfig& s = c.schedule;
  if (s.spacing == "trailing") return trailing_timesteps(last, static_cast<double>(s.train_timesteps) / steps);
  std::vector<double> out = linspace(0, last - 1, steps + 1);
  for (int i = 0; i <= steps; ++i) {
    double& t = out[static_cast<std::size_t>(i)];
    t = s.spacing == "leading" ? i * std::floor(last / (steps + 1)) + s.steps_offset : std::nearbyint(t);
  }
  out.erase(out.begin());
  std::reverse(out.begin(), out.end());
  return out;
}

struct Level {
  double sigma = 0;  ///< noise over signal, as in the schedule
  double alpha() const { return 1 / std::hypot(sigma, 1.0); }
  double noise() const { return sigma * alpha(); }
  double log_snr() const { return -std::log(sigma); }  ///< half of it; infinite without noise
};

/// Coefficients of the step from `now` to `next`; `before` is the level one step earlier (used when second_order).
SamplerStep dpm_step(Level before, Level now, Level next, bool second_order, bool heun) {
  const double h = next.log_snr() - now.log_snr();
  const double gain = next.alpha() * -std::expm1(-h);
  SamplerStep out;
  out.next_sample = static_cast<float>(next.noise() / now.noise());
  out.next_x = static_cast<float>(gain);
  if (!second_order) return out;
  const double r = (now.log_snr() - before.log_snr()) / h;
  const double slope = heun ? next.alpha() * (std::expm1(-h) / h + 1) : gain / 2;  // weight of (x - y) / r
  out.next_x = static_cast<float>(gain + slope / r);
  out.next_y = static_cast<float>(-slope / r);
  return out;
}

}  // namespace

Result<SamplerPlan> plan_dpm(const Json& config, int steps, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const DpmConfig c, read_dpm_config(config, path));
  SCOTOMA_RETURN_IF_ERROR(check_steps(steps, c.schedule.train_timesteps - 1, path));
  const std::vector<double> levels = finite_levels(c.schedule);
  std::vector<double> timesteps = dpm_timesteps(c, levels, steps);
  std::vector<double> sigmas;
  for (const double t : timesteps) sigmas.push_back(interpolate(t, levels));
  if (c.karras) {
    sigmas = karras_levels(levels.back(), levels.front(), steps);
    timesteps.resize(sigmas.size());
    for (std::size_t i = 0; i < sigmas.size(); ++i) timesteps[i] = timestep_of_level(sigmas[i], levels);
    const bool whole = c.schedule.beta_schedule != "squaredcos_cap_v2";
    for (double& t : timesteps) t = whole ? std::nearbyint(t) : std::trunc(t);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const double last, final_level(config, levels, path));
  sigmas.push_back(last);
  SamplerPlan plan{fmt::format("DPM-Solver++ {}{}, {} steps", c.order == 2 ? "2M" : "1", c.karras ? " (Karras)" : "",
                               timesteps.size()),
                   {},
                   1,
                   0};
  const std::size_t count = timesteps.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool lower = i + 1 == count && (c.euler_at_final || (c.lower_order_final && count < 15) || last == 0);
    const Level now{sigmas[i]};
    SamplerStep step =
        dpm_step({sigmas[i == 0 ? 0 : i - 1]}, now, {sigmas[i + 1]}, c.order == 2 && i > 0 && !lower, c.heun);
    const PredOriginalSample x = pred_original_sample(c.schedule.prediction, now.alpha(), now.noise());
    step.timestep = timesteps[i];
    step.x_sample = static_cast<float>(x.sample_weight);
    step.x_output = static_cast<float>(x.output_weight);
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace scotoma
