// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/log_snr.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// From level `at` of the walk to the next, with what the network predicted there and before.
Combination multistep_to_next(const DpmConfig& c, const LevelWalk& walk, int at, int order, const History& predicted) {
  const auto level = [&](int i) { return Level{walk.sigmas[static_cast<std::size_t>(i)]}; };
  const DpmWeights w = dpm_weights(c.algorithm, level(at), level(at + 1));
  const Combination m0 = predicted.of(at);
  Combination next = w.sample * Combination::sample() + w.d0 * m0;
  const double h = level(at + 1).log_snr() - level(at).log_snr();
  if (order >= 2) {
    const Combination m1 = predicted.of(at - 1);
    const double r0 = (level(at).log_snr() - level(at - 1).log_snr()) / h;
    if (order == 2) {
      next += ((c.heun ? w.d1 : w.d0 / 2) / r0) * (m0 - m1);
    } else {
      const double r1 = (level(at - 1).log_snr() - level(at - 2).log_snr()) / h;
      const Combination now = (1 / r0) * (m0 - m1);
      const Combination bend = now - (1 / r1) * (m1 - predicted.of(at - 2));
      next += w.d1 * (now + (r0 / (r0 + r1)) * bend) + (w.d2 / (r0 + r1)) * bend;
    }
  }
  return next + w.noise * Combination::noise();
}

/// Orders of the steps of the singlestep solver: each is 1, or one more than that of the step before it.
std::vector<int> singlestep_orders(int steps, int order, bool lower_at_end, bool ends_at_zero) {
  std::vector<int> out;
  for (int i = 0; i < steps; ++i) out.push_back(1 + i % order);
  if (lower_at_end) {
    if (order == 3 && steps % 3 == 0) out[static_cast<std::size_t>(steps - 1)] = 1;
    if (order == 2 && steps % 2 == 0) out[static_cast<std::size_t>(steps - 1)] = 1;
  }
  if (ends_at_zero) out.back() = 1;
  return out;
}

/// From the level that the last step of order 1 began at to the one after `at`, over the levels between.
Combination singlestep_to_next(const DpmConfig& c, const LevelWalk& walk, int at, int order, const History& predicted,
                               const Combination& began) {
  const auto level = [&](int i) { return Level{walk.sigmas[static_cast<std::size_t>(i)]}; };
  const int base = at - order + 1;
  const DpmWeights w = dpm_weights(c.algorithm, level(base), level(at + 1));
  const Combination first = predicted.of(base);
  Combination next = w.sample * began + w.d0 * first;
  const double h = level(at + 1).log_snr() - level(base).log_snr();
  const auto share = [&](int i) { return (level(i).log_snr() - level(base).log_snr()) / h; };
  if (order >= 2) {
    const double r0 = share(at);
    const Combination whole = (1 / r0) * (predicted.of(at) - first);
    if (order == 2) {
      next += (c.heun ? w.d1 : w.d0 / 2) * whole;
    } else if (!c.heun) {
      next += w.d1 * whole;
    } else {
      const double r1 = share(at - 1);
      const Combination half = (1 / r1) * (predicted.of(at - 1) - first);
      next += (w.d1 / (r0 - r1)) * (r0 * half - r1 * whole) + (2 * w.d2 / (r0 - r1)) * (whole - half);
    }
  }
  return next + w.noise * Combination::noise();
}

}  // namespace

Result<SamplerPlan> plan_dpmsolver(const PlanRequest& request) {
  const auto& [config, row, steps, eta, path] = request;
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig schedule, read_schedule_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const DpmConfig c, read_dpm_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const bool lower_order_final, json_value(config, "lower_order_final", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool euler_at_final, json_value(config, "euler_at_final", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(
      const LevelWalk walk,
      walk_log_snr(request, schedule,
                   {.clipped = true, .has_lu = true, .cuts_cosine = true, .ends_at_schedule = true}));
  SamplerPlan plan{dpm_name(c, "M", walk.spacing)};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request));
  const History predicted(c.order);
  const int count = static_cast<int>(walk.timesteps.size());
  const bool lower = lower_order_final && count < 15;
  for (int i = 0; i < count; ++i) {
    const Level level{walk.sigmas[static_cast<std::size_t>(i)]};
    int order = std::min(c.order, i + 1);
    if (i + 2 == count && lower) order = std::min(order, 2);
    if (i + 1 == count && (euler_at_final || lower || walk.sigmas.back() == 0)) order = 1;
    SamplerStep step = step_on_log_snr(schedule, walk.timesteps[static_cast<std::size_t>(i)], level);
    assign(step, predicted.slot(i),
           c.predicts_noise() ? noise_at(schedule, level, plan.bounds) : Combination::original());
    assign(step, Operand::sample, multistep_to_next(c, walk, i, order, predicted));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Result<SamplerPlan> plan_dpmsolver_singlestep(const PlanRequest& request) {
  const auto& [config, row, steps, eta, path] = request;
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig schedule, read_schedule_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const DpmConfig c, read_dpm_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const bool lower_order_final, json_value(config, "lower_order_final", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk,
                           walk_log_snr(request, schedule, {.clipped = true, .ends_at_schedule = true}));
  SamplerPlan plan{dpm_name(c, "S", walk.spacing)};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request));
  if (c.predicts_noise() && plan.bounds.thresholding) {
    return bad_input(path.string() + ": thresholding is not supported with algorithm_type dpmsolver; set it to false");
  }
  const bool at_zero = walk.sigmas.back() == 0;
  const std::vector<int> orders =
      singlestep_orders(steps, c.order, lower_order_final || steps % c.order != 0 || at_zero, at_zero);
  const History predicted(c.order);
  const int began = Operand::memory + c.order;
  for (int i = 0; i < steps; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Level level{walk.sigmas[at]};
    SamplerStep step = step_on_log_snr(schedule, walk.timesteps[at], level);
    assign(step, predicted.slot(i),
           c.predicts_noise() ? noise_at(schedule, level, plan.bounds) : Combination::original());
    if (orders[at] == 1) assign(step, began, Combination::sample());
    assign(step, Operand::sample, singlestep_to_next(c, walk, i, orders[at], predicted, Combination::of(began)));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace scotoma
