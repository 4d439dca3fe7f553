// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/noise_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/backend/diffusion/scheduler_classes.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// torch.linspace in float: from both ends to the middle.
std::vector<float> float_linspace(double first, double last, int count) {
  const auto start = static_cast<float>(first);
  const auto end = static_cast<float>(last);
  const float step = count > 1 ? (end - start) / static_cast<float>(count - 1) : 0;
  std::vector<float> out;
  for (int i = 0; i < count; ++i) {
    out.push_back(i < count / 2 ? start + step * static_cast<float>(i)
                                : end - step * static_cast<float>(count - i - 1));
  }
  return out;
}

/// Betas that give the cumulative product `alpha_bar`, a function of time from 0 to 1.
template <class AlphaBar>
std::vector<float> betas_for(AlphaBar alpha_bar, int count) {
  std::vector<float> out;
  for (int i = 0; i < count; ++i) {
    const double ratio = alpha_bar(static_cast<double>(i + 1) / count) / alpha_bar(static_cast<double>(i) / count);
    out.push_back(static_cast<float>(std::min(1 - ratio, 0.999)));
  }
  return out;
}

/// Nichol and Dhariwal, arXiv 2102.09672, equation 17.
double cosine_alpha_bar(double t) {
  const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
  return c * c;
}

/// Hang et al., arXiv 2407.03297, section 3: log SNR as a Laplace distribution.
double laplace_alpha_bar(double t) {
  const double log_snr = -0.5 * std::copysign(1.0, 0.5 - t) * std::log(1 - 2 * std::fabs(0.5 - t) + 1e-6);
  const double snr = std::exp(log_snr);
  return std::sqrt(snr / (1 + snr));
}

std::vector<float> betas_of(const ScheduleConfig& config) {
  if (!config.trained_betas.empty()) return config.trained_betas;
  const int count = config.train_timesteps;
  const auto start = static_cast<float>(config.beta_start);
  const auto width = static_cast<float>(config.beta_end - config.beta_start);
  std::vector<float> out;
  switch (config.beta_schedule) {
    case BetaSchedule::squaredcos_cap_v2:
      return betas_for(cosine_alpha_bar, count);
    case BetaSchedule::exp:
      return betas_for([](double t) { return std::exp(-12 * t); }, count);
    case BetaSchedule::laplace:
      return betas_for(laplace_alpha_bar, count);
    case BetaSchedule::linear:
      return float_linspace(config.beta_start, config.beta_end, count);
    case BetaSchedule::sigmoid:
      for (const float x : float_linspace(-6, 6, count)) out.push_back(width / (1 + std::exp(-x)) + start);
      return out;
    case BetaSchedule::scaled_linear:
      out = float_linspace(std::sqrt(config.beta_start), std::sqrt(config.beta_end), count);
      for (float& beta : out) beta *= beta;
      return out;
  }
  return out;
}

std::vector<float> cumulative_product(const std::vector<float>& alphas) {
  std::vector<float> out;
  double product = 1;
  for (const float alpha : alphas) out.push_back(static_cast<float>(product *= alpha));
  return out;
}

/// Shifts and scales sqrt(alphas_cumprod) so that nothing of the image is left at the last timestep.
std::vector<float> with_zero_snr(const std::vector<float>& cumprod) {
  const float first = std::sqrt(cumprod.front());
  const float last = std::sqrt(cumprod.back());
  std::vector<float> bars;
  for (const float value : cumprod) {
    const float root = (std::sqrt(value) - last) * (first / (first - last));
    bars.push_back(root * root);
  }
  std::vector<float> alphas = {bars.front()};
  for (std::size_t i = 1; i < bars.size(); ++i) alphas.push_back(1.0F - (1.0F - bars[i] / bars[i - 1]));
  return cumulative_product(alphas);
}

Result<void> check(const ScheduleConfig& c, const SchedulerClass& row, const std::filesystem::path& path) {
  const auto refused = [&](const char* key, std::string_view value) {
    return bad_input(
        fmt::format("{}: {} '{}' is not supported with scheduler \"{}\"; choose another in the study's "
                    "[generator]",
                    path.string(), key, value, name_of(row.kind)));
  };
  const bool own =
      c.beta_schedule == BetaSchedule::exp ? row.kind == SchedulerKind::heun : row.kind == SchedulerKind::ddpm;
  if (c.beta_schedule > BetaSchedule::squaredcos_cap_v2 && !own) {
    return refused("beta_schedule", name_of(c.beta_schedule));
  }
  if (c.prediction == PredictionType::sample && !row.sample) return refused("prediction_type", name_of(c.prediction));
  const bool sane = c.train_timesteps >= 1 && c.train_timesteps <= 1000000 && c.beta_start > 0 && c.beta_start < 1 &&
                    c.beta_end > 0 && c.beta_end < 1 && c.steps_offset >= 0;
  const auto possible = [](float beta) { return beta >= 0 && beta < 1; };
  if (!std::all_of(c.trained_betas.begin(), c.trained_betas.end(), possible))
    return bad_input(path.string() + ": trained_betas must be from 0 to below 1");
  if (!sane) return bad_input(path.string() + ": impossible num_train_timesteps, beta_start, beta_end or steps_offset");
  return {};
}

/// The value of a closed set that `key` has; `fallback` where it has none.
template <class Enum>
Result<Enum> read_choice(const nlohmann::json& config, const char* key, Enum fallback,
                         const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto said, json_value(config, key, std::string(name_of(fallback)), path));
  const auto value = named<Enum>(said);
  if (value) return *value;
  std::string known;
  for (const auto& each : names_of(Enum{})) known += (known.empty() ? "" : ", ") + std::string(each.name);
  return bad_input(fmt::format("{}: {} '{}' is not supported; supported are {}", path.string(), key, said, known));
}

}  // namespace

Result<ScheduleConfig> read_schedule_config(const PlanRequest& request) {
  const auto& [config, row, steps, eta, path] = request;
  ScheduleConfig c;
  SCOTOMA_ASSIGN_OR_RETURN(c.train_timesteps, json_value(config, "num_train_timesteps", c.train_timesteps, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.beta_start, json_value(config, "beta_start", row.beta_start, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.beta_end, json_value(config, "beta_end", row.beta_end, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.beta_schedule, read_choice(config, "beta_schedule", row.beta_schedule, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.trained_betas, json_value(config, "trained_betas", c.trained_betas, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool zero_snr, json_value(config, "rescale_betas_zero_snr", false, path));
  c.zero_snr = zero_snr && row.zero_snr;
  SCOTOMA_ASSIGN_OR_RETURN(c.spacing, read_choice(config, "timestep_spacing", row.spacing, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.steps_offset, json_value(config, "steps_offset", 0, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.prediction, read_choice(config, "prediction_type", c.prediction, path));
  if (!c.trained_betas.empty()) c.train_timesteps = static_cast<int>(c.trained_betas.size());
  SCOTOMA_RETURN_IF_ERROR(check(c, row, path));
  return c;
}

std::vector<float> alphas_cumprod(const ScheduleConfig& config) {
  std::vector<float> alphas;
  for (const float beta : betas_of(config)) alphas.push_back(1.0F - beta);
  const std::vector<float> out = cumulative_product(alphas);
  return config.zero_snr ? with_zero_snr(out) : out;
}

std::vector<double> noise_levels(const ScheduleConfig& config) {
  std::vector<float> cumprod = alphas_cumprod(config);
  if (config.zero_snr) cumprod.back() = 0x1p-24F;
  std::vector<double> out;
  for (const float a : cumprod) out.push_back(std::sqrt((1.0F - a) / a));
  return out;
}

PredOriginalSample pred_original_sample(PredictionType prediction, double alpha, double sigma) {
  if (prediction == PredictionType::sample) return {0, 1};
  if (prediction == PredictionType::v_prediction) return {alpha, -sigma};
  return {1 / alpha, -sigma / alpha};
}

}  // namespace scotoma
