// SPDX-License-Identifier: Apache-2.0
// Samplers on noise levels that ask the network twice a step, and once in the last.
#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/levels.h"

namespace scotoma {
namespace {

constexpr int kBeganAt = Operand::memory;  ///< the sample that a step began with
constexpr int kFirstSlope = Operand::memory + 1;

/// The geometric mean of two levels; 0 where one is.
double between(double a, double b) { return a > 0 && b > 0 ? std::exp((std::log(a) + std::log(b)) / 2) : 0; }

/// DPM-Solver-2 in Crowson's form: a slope at `from`, another half way down, and with that to `down`, with noise of
/// deviation `up` where that is not 0.
Result<SamplerPlan> plan_midpoints(const PlanRequest& request, const char* name, bool ancestral) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk, walk_levels(request, c, {.whole_karras = true}));
  SamplerPlan plan{std::string(name) + described(walk.spacing), {}, initial_scale(c, walk.sigmas.front())};
  const std::vector<double> levels = noise_levels(c);
  const std::size_t count = walk.timesteps.size();
  for (std::size_t i = 0; i < count; ++i) {
    const double from = walk.sigmas[i];
    const double to = walk.sigmas[i + 1];
    const AncestralSplit split = ancestral ? ancestral_split(from, to) : AncestralSplit{to, 0};
    const bool last = i + 1 == count;
    const double middle = last ? 0 : between(from, split.down);
    SamplerStep first = step_on_level(c, walk.timesteps[i], from);
    if (!last) assign(first, kBeganAt, Combination::sample());
    assign(first, Operand::sample, Combination::sample() + (middle - from) * slope_at(from));
    plan.steps.push_back(std::move(first));
    if (last) break;
    SamplerStep second = step_on_level(c, timestep_of_level(middle, levels), middle);
    assign(second, Operand::sample,
           Combination::of(kBeganAt) + (split.down - from) * slope_at(middle) + split.up * Combination::noise());
    plan.steps.push_back(std::move(second));
  }
  return plan;
}

}  // namespace

Result<SamplerPlan> plan_heun(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk, walk_levels(request, c, {}));
  SamplerPlan plan{std::string("Heun") + described(walk.spacing), {}, initial_scale(c, walk.sigmas.front())};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request, false));
  for (std::size_t i = 0; i < walk.timesteps.size(); ++i) {
    const double from = walk.sigmas[i];
    const double to = walk.sigmas[i + 1];
    SamplerStep first = step_on_level(c, walk.timesteps[i], from);
    assign(first, kBeganAt, Combination::sample());
    assign(first, kFirstSlope, slope_at(from));
    assign(first, Operand::sample, Combination::of(kBeganAt) + (to - from) * Combination::of(kFirstSlope));
    plan.steps.push_back(std::move(first));
    if (i + 1 == walk.timesteps.size()) break;
    SamplerStep second = step_on_level(c, walk.timesteps[i + 1], to);
    assign(second, Operand::sample,
           Combination::of(kBeganAt) + ((to - from) / 2) * (Combination::of(kFirstSlope) + slope_at(to)));
    plan.steps.push_back(std::move(second));
  }
  return plan;
}

Result<SamplerPlan> plan_dpm2(const PlanRequest& request) { return plan_midpoints(request, "DPM2", false); }

Result<SamplerPlan> plan_dpm2_ancestral(const PlanRequest& request) {
  return plan_midpoints(request, "DPM2 ancestral", true);
}

}  // namespace scotoma
