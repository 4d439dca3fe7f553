// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/noise_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

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

/// Nichol and Dhariwal, arXiv 2102.09672, equation 17.
std::vector<float> cosine_betas(int count) {
  const auto alpha_bar = [](double t) {
    const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
    return c * c;
  };
  std::vector<float> out;
  for (int i = 0; i < count; ++i) {
    const double ratio = alpha_bar(static_cast<double>(i + 1) / count) / alpha_bar(static_cast<double>(i) / count);
    out.push_back(static_cast<float>(std::min(1 - ratio, 0.999)));
  }
  return out;
}

std::vector<float> betas_of(const ScheduleConfig& config) {
  if (!config.trained_betas.empty()) return config.trained_betas;
  if (config.beta_schedule == "squaredcos_cap_v2") return cosine_betas(config.train_timesteps);
  if (config.beta_schedule == "linear") {
    return float_linspace(config.beta_start, config.beta_end, config.train_timesteps);
  }
  std::vector<float> out =
      float_linspace(std::sqrt(config.beta_start), std::sqrt(config.beta_end), config.train_timesteps);
  for (float& beta : out) beta *= beta;
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

Result<void> check(const ScheduleConfig& c, const std::filesystem::path& path) {
  const auto unknown = [&](const char* key, const std::string& value, const char* known) {
    return bad_input(fmt::format("{}: {} '{}' is not supported; supported are {}", path.string(), key, value, known));
  };
  if (c.beta_schedule != "linear" && c.beta_schedule != "scaled_linear" && c.beta_schedule != "squaredcos_cap_v2") {
    return unknown("beta_schedule", c.beta_schedule, "linear, scaled_linear and squaredcos_cap_v2");
  }
  if (c.spacing != "linspace" && c.spacing != "leading" && c.spacing != "trailing") {
    return unknown("timestep_spacing", c.spacing, "linspace, leading and trailing");
  }
  if (c.prediction != "epsilon" && c.prediction != "v_prediction" && c.prediction != "sample") {
    return unknown("prediction_type", c.prediction, "epsilon, v_prediction and sample");
  }
  const bool sane = c.train_timesteps >= 1 && c.train_timesteps <= 1000000 && c.beta_start > 0 && c.beta_end < 1 &&
                    c.steps_offset >= 0;
  if (!sane) return bad_input(path.string() + ": impossible num_train_timesteps, beta_start, beta_end or steps_offset");
  return {};
}

}  // namespace

Result<ScheduleConfig> read_schedule_config(const nlohmann::json& config, const std::string& default_spacing,
                                            const std::filesystem::path& path) {
  ScheduleConfig c;
  SCOTOMA_ASSIGN_OR_RETURN(c.train_timesteps, json_value(config, "num_train_timesteps", c.train_timesteps, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.beta_start, json_value(config, "beta_start", c.beta_start, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.beta_end, json_value(config, "beta_end", c.beta_end, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.beta_schedule, json_value(config, "beta_schedule", c.beta_schedule, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.trained_betas, json_value(config, "trained_betas", c.trained_betas, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.zero_snr, json_value(config, "rescale_betas_zero_snr", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.spacing, json_value(config, "timestep_spacing", default_spacing, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.steps_offset, json_value(config, "steps_offset", 0, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.prediction, json_value(config, "prediction_type", c.prediction, path));
  if (!c.trained_betas.empty()) c.train_timesteps = static_cast<int>(c.trained_betas.size());
  SCOTOMA_RETURN_IF_ERROR(check(c, path));
  return c;
}

std::vector<float> alphas_cumprod(const ScheduleConfig& config) {
  std::vector<float> alphas;
  for (const float beta : betas_of(config)) alphas.push_back(1.0F - beta);
  const std::vector<float> out = cumulative_product(alphas);
  return config.zero_snr ? with_zero_snr(out) : out;
}

std::vector<double> noise_levels(const std::vector<float>& alphas_cumprod) {
  std::vector<double> out;
  for (const float a : alphas_cumprod) out.push_back(std::sqrt((1.0F - a) / a));
  return out;
}

double interpolate(double x, const std::vector<double>& values) {
  const double last = static_cast<double>(values.size() - 1);
  if (x <= 0) return values.front();
  if (x >= last) return values.back();
  const auto low = static_cast<std::size_t>(x);
  return values[low] + (x - static_cast<double>(low)) * (values[low + 1] - values[low]);
}

std::vector<double> linspace(double first, double last, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(count > 1 ? first + i * ((last - first) / (count - 1)) : first);
  return out;
}

std::vector<double> trailing_timesteps(double from, double step) {
  std::vector<double> out;
  const int count = static_cast<int>(std::ceil(from / step));
  const double difference = (from - step) - from;  // numpy adds multiples of this, which is not quite -step
  for (int i = 0; i < count; ++i) out.push_back(std::nearbyint(from + i * difference) - 1);
  return out;
}

std::vector<double> karras_levels(double high, double low, int count) {
  constexpr double rho = 7;
  std::vector<double> out;
  const double a = std::pow(high, 1 / rho);
  const double b = std::pow(low, 1 / rho);
  for (const double ramp : linspace(0, 1, count)) out.push_back(std::pow(a + ramp * (b - a), rho));
  return out;
}

double timestep_of_level(double sigma, const std::vector<double>& levels) {
  if (levels.size() < 2) return 0;
  const double wanted = std::log(std::max(sigma, 1e-10));
  std::size_t low = 0;
  for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
    if (wanted >= std::log(levels[i])) low = i;
  }
  const double below = std::log(levels[low]);
  const double above = std::log(levels[low + 1]);
  return static_cast<double>(low) + std::clamp((below - wanted) / (below - above), 0.0, 1.0);
}

}  // namespace scotoma
