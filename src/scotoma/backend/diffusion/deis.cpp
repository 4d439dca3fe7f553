// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/log_snr.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// The integral of the Lagrange polynomial in log rho that is 1 at `own` and 0 at `other`, up to rho = `t`; up to a
/// constant.
double log_line(double t, double own, double other) {
  return t * (std::log(t) - std::log(other) - 1) / (std::log(own) - std::log(other));
}

/// The same with two others.
double log_parabola(double t, double own, double other, double another) {
  const double at = std::log(t);
  const double c = std::log(other);
  const double d = std::log(another);
  const double b = std::log(own);
  return t * (c * (d - at + 1) - d * at + d + at * at - 2 * at + 2) / ((b - c) * (b - d));
}

/// Zhang and Chen, arXiv 2204.13902, with polynomials in log rho, from level `at` of the walk to the next.
Combination deis_to_next(const LevelWalk& walk, int at, int order, const History& predicted) {
  const auto rho = [&](int i) { return walk.sigmas[static_cast<std::size_t>(i)]; };
  const Level from{rho(at)};
  const Level to{rho(at + 1)};
  if (order == 1) {
    const DpmWeights w = dpm_weights(DpmAlgorithm::dpmsolver, from, to);
    return w.sample * Combination::sample() + w.d0 * predicted.of(at);
  }
  Combination next = (1 / from.alpha()) * Combination::sample();
  for (int back = 0; back < order; ++back) {
    const double own = rho(at - back);
    const double other = rho(at - (back + 1) % order);
    const double another = rho(at - (back + 2) % order);
    const double weight =
        order == 2 ? log_line(to.sigma, own, other) - log_line(from.sigma, own, other)
                   : log_parabola(to.sigma, own, other, another) - log_parabola(from.sigma, own, other, another);
    next += weight * predicted.of(at - back);
  }
  return to.alpha() * next;
}

}  // namespace

Result<SamplerPlan> plan_deis(const PlanRequest& request) {
  const auto& [config, row, steps, eta, path] = request;
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig schedule, read_schedule_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const int order, json_value(config, "solver_order", 2, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto algorithm, json_value<std::string>(config, "algorithm_type", "deis", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto solver, json_value<std::string>(config, "solver_type", "logrho", path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool lower_order_final, json_value(config, "lower_order_final", true, path));
  const auto algorithms = {"deis", "dpmsolver", "dpmsolver++"};  // diffusers takes the others for "deis"
  const auto solvers = {"logrho", "midpoint", "heun", "bh1", "bh2"};
  if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end() ||
      std::find(solvers.begin(), solvers.end(), solver) == solvers.end() || order < 1 || order > 3) {
    return bad_input(
        fmt::format("{}: DEIS with algorithm_type {}, solver_type {} and solver_order {} is not supported; "
                    "say deis, logrho and 1 to 3 there",
                    path.string(), algorithm, solver, order));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk, walk_log_snr(request, schedule, {.always_ends_above = true}));
  SamplerPlan plan{fmt::format("DEIS {}{}", order, described(walk.spacing))};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request));
  const History predicted(order);
  const int count = static_cast<int>(walk.timesteps.size());
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Level level{walk.sigmas[at]};
    const int most = lower_order_final && count < 15 ? count - i : order;
    SamplerStep step = step_on_log_snr(schedule, walk.timesteps[at], level);
    assign(step, predicted.slot(i), noise_at(schedule, level, plan.bounds));
    assign(step, Operand::sample, deis_to_next(walk, i, std::min({order, i + 1, most}), predicted));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace scotoma
