// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/timesteps.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

std::vector<double> karras_levels(double high, double low, int count) {
  constexpr double rho = 7;
  std::vector<double> out;
  const double a = std::pow(high, 1 / rho);
  const double b = std::pow(low, 1 / rho);
  for (const double ramp : linspace(0, 1, count)) out.push_back(std::pow(a + ramp * (b - a), rho));
  return out;
}

double float_log(double level) { return std::log(static_cast<float>(level)); }

/// Of Beta(0.6, 0.6), which is symmetric: only the lower half is asked of the library, whose steps fail at 1/2.
double beta_quantile(double p) {
  constexpr double shape = 0.6;
  if (p == 0.5) return 0.5;
  return p > 0.5 ? 1 - boost::math::ibeta_inv(shape, shape, 1 - p) : boost::math::ibeta_inv(shape, shape, p);
}

}  // namespace

const char* described(LevelSpacing spacing) {
  switch (spacing) {
    case LevelSpacing::timesteps:
      return "";
    case LevelSpacing::karras:
      return " (Karras)";
    case LevelSpacing::lu:
      return " (Lu)";
    case LevelSpacing::exponential:
      return " (exponential)";
    case LevelSpacing::beta:
      return " (beta)";
  }
  return "";
}

Result<LevelSpacing> read_level_spacing(const PlanRequest& request, bool has_lu) {
  struct Switch {
    const char* key;
    LevelSpacing spacing;
  };
  // Where several are on, the first of these counts; but only use_lu_lambdas may stand beside another.
  constexpr Switch switches[] = {{"use_karras_sigmas", LevelSpacing::karras},
                                 {"use_lu_lambdas", LevelSpacing::lu},
                                 {"use_exponential_sigmas", LevelSpacing::exponential},
                                 {"use_beta_sigmas", LevelSpacing::beta}};
  LevelSpacing out = LevelSpacing::timesteps;
  const char* said = nullptr;
  for (const auto& [key, spacing] : switches) {
    if (spacing == LevelSpacing::lu && !has_lu) continue;
    SCOTOMA_ASSIGN_OR_RETURN(const bool on, json_value(request.config, key, false, request.path));
    if (!on) continue;
    if (said != nullptr && spacing != LevelSpacing::lu) {
      return bad_input(
          fmt::format("{}: '{}' and '{}' are both on; set one to false", request.path.string(), said, key));
    }
    if (spacing != LevelSpacing::lu) said = key;
    if (out == LevelSpacing::timesteps) out = spacing;
  }
  return out;
}

std::vector<double> spaced_levels(LevelSpacing spacing, double high, double low, int count) {
  if (spacing == LevelSpacing::karras) return karras_levels(high, low, count);
  std::vector<double> out;
  if (spacing == LevelSpacing::beta) {
    for (const double ramp : linspace(0, 1, count)) out.push_back(low + beta_quantile(1 - ramp) * (high - low));
  } else {
    const auto log_of = [&](double level) { return spacing == LevelSpacing::lu ? float_log(level) : std::log(level); };
    for (const double log : linspace(log_of(high), log_of(low), count)) out.push_back(std::exp(log));
  }
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

double timestep_of_level(double sigma, const std::vector<double>& levels, bool float_logs) {
  if (levels.size() < 2) return 0;
  const auto log_of = [&](double level) { return float_logs ? float_log(level) : std::log(level); };
  const double wanted = std::log(std::max(sigma, 1e-10));
  std::size_t low = 0;
  // The last timestep whose level is not above: with zero terminal SNR the last level is below those before it.
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (wanted >= log_of(levels[i])) low = std::min(i, levels.size() - 2);
  }
  const double below = log_of(levels[low]);
  const double above = log_of(levels[low + 1]);
  return static_cast<double>(low) + std::clamp((below - wanted) / (below - above), 0.0, 1.0);
}

std::vector<double> plain_timesteps(const ScheduleConfig& c, int steps) {
  if (c.spacing == TimestepSpacing::trailing) {
    return trailing_timesteps(c.train_timesteps, static_cast<double>(c.train_timesteps) / steps);
  }
  std::vector<double> out = linspace(0, c.train_timesteps - 1, steps);
  if (c.spacing == TimestepSpacing::leading) {
    for (int i = 0; i < steps; ++i) out[static_cast<std::size_t>(i)] = i * (c.train_timesteps / steps) + c.steps_offset;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Result<void> check_steps(const PlanRequest& request, int limit) {
  if (request.steps >= 1 && request.steps <= limit) return {};
  return bad_input(fmt::format("{} steps cannot be taken with {}: it has {} timesteps", request.steps,
                               request.path.string(), limit));
}

Result<double> level_bound(const PlanRequest& request, const char* key, double fallback) {
  SCOTOMA_ASSIGN_OR_RETURN(const double level, json_value(request.config, key, fallback, request.path));
  if (level > 0) return level;
  return bad_input(fmt::format("{}: {} must be above 0, or null", request.path.string(), key));
}

Result<double> final_level(const PlanRequest& request, double least) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto type,
                           json_value<std::string>(request.config, "final_sigmas_type", "zero", request.path));
  if (type == "zero") return 0.0;
  if (type == "sigma_min") return least;
  return bad_input(fmt::format("{}: final_sigmas_type '{}' is not supported; supported are zero and sigma_min",
                               request.path.string(), type));
}

}  // namespace scotoma
