// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/timesteps.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// Plans steps of one schedule. Memory: the last four outputs, the sample that a stage began with, and a sum of
/// outputs.
class PndmPlanner {
 public:
  PndmPlanner(const ScheduleConfig& schedule, AlphaTable alphas, int steps)
      : schedule_(schedule), alphas_(std::move(alphas)), apart_(schedule.train_timesteps / steps) {}

  /// The two evaluations that stand for the first step where there are no Runge-Kutta steps.
  void start(double timestep) {
    SamplerStep first = at(timestep);
    keep(first, kept_++);
    assign(first, kBegan, Combination::sample());
    assign(first, Operand::sample, to(Combination::sample(), timestep, timestep - apart_, Combination::output()));
    steps_.push_back(std::move(first));
  }

  /// The second of them, at the timestep that the first went to, from where the first began.
  void correct(double timestep) {
    SamplerStep step = at(timestep);
    const Combination mean = 0.5 * (Combination::output() + outputs_.of(0));
    assign(step, Operand::sample, to(Combination::of(kBegan), timestep + apart_, timestep, mean));
    steps_.push_back(std::move(step));
  }

  /// Four evaluations of the Runge-Kutta method, from `timestep` on; the last three are told `told`.
  void runge_kutta(double timestep, const std::vector<double>& told) {
    constexpr double weights[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    for (int stage = 0; stage < 4; ++stage) {
      const double now = stage == 0 ? timestep : told[static_cast<std::size_t>(stage - 1)];
      SamplerStep step = at(now);
      const double next = now - (stage % 2 == 0 ? apart_ / 2 : 0);
      const Combination before = stage == 0 ? Combination() : Combination::of(kSum);
      if (stage == 0) keep(step, kept_++);
      if (stage == 0) assign(step, kBegan, Combination::sample());
      assign(step, kSum, before + weights[stage] * Combination::output());
      assign(step, Operand::sample,
             to(Combination::of(kBegan), timestep, next, stage == 3 ? Combination::of(kSum) : Combination::output()));
      steps_.push_back(std::move(step));
    }
  }

  /// One step of the linear multistep method, with as many outputs as there are by now, four at most.
  void multistep(double timestep) {
    SamplerStep step = at(timestep);
    keep(step, kept_++);
    const auto e = [&](int back) { return outputs_.of(kept_ - 1 - back); };
    Combination mean;
    if (kept_ == 2) mean = 0.5 * (3 * e(0) - e(1));
    if (kept_ == 3) mean = (1.0 / 12) * (23 * e(0) - 16 * e(1) + 5 * e(2));
    if (kept_ >= 4) mean = (1.0 / 24) * (55 * e(0) - 59 * e(1) + 37 * e(2) - 9 * e(3));
    assign(step, Operand::sample, to(Combination::sample(), timestep, timestep - apart_, mean));
    steps_.push_back(std::move(step));
  }

  std::vector<SamplerStep> steps() && { return std::move(steps_); }

 private:
  static constexpr int kBegan = Operand::memory + 4;
  static constexpr int kSum = Operand::memory + 5;

  static SamplerStep at(double timestep) {
    SamplerStep step;
    step.timestep = timestep;
    return step;
  }

  void keep(SamplerStep& step, int output) { assign(step, outputs_.slot(output), Combination::output()); }

  /// Equation 9, from `timestep` to `next`, where the network gave `output` for `sample`.
  Combination to(const Combination& sample, double timestep, double next, Combination output) const {
    const double a = alphas_.at(timestep);
    const double b = alphas_.at(next);
    if (schedule_.prediction == PredictionType::v_prediction)
      output = std::sqrt(a) * output + std::sqrt(1 - a) * sample;
    const double below = a * std::sqrt(1 - b) + std::sqrt(a * (1 - a) * b);
    return std::sqrt(b / a) * sample - ((b - a) / below) * output;
  }

  ScheduleConfig schedule_;
  AlphaTable alphas_;
  int apart_;  ///< timesteps from a step to the next
  History outputs_{4};
  int kept_ = 0;  ///< outputs
  std::vector<SamplerStep> steps_;
};

}  // namespace

Result<SamplerPlan> plan_pndm(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig c, read_schedule_config(request));
  SCOTOMA_RETURN_IF_ERROR(check_steps(request, c.train_timesteps));
  SCOTOMA_ASSIGN_OR_RETURN(const bool skip, json_value(request.config, "skip_prk_steps", false, request.path));
  SCOTOMA_ASSIGN_OR_RETURN(AlphaTable alphas, read_alphas(request, c, false));
  std::vector<double> timesteps = plain_timesteps(c, request.steps);
  for (double& t : timesteps) t = std::nearbyint(t);
  PndmPlanner planner(c, std::move(alphas), request.steps);
  if (skip) {
    planner.start(timesteps[0]);
    if (timesteps.size() > 1) planner.correct(timesteps[1]);
    for (std::size_t i = 1; i < timesteps.size(); ++i) planner.multistep(timesteps[i]);
    return SamplerPlan{"PNDM", std::move(planner).steps()};
  }
  if (timesteps.size() < 4) {
    return bad_input(
        fmt::format("{}: PNDM begins with 4 Runge-Kutta steps; take 4 steps or more, or set "
                    "skip_prk_steps to true in that file",
                    request.path.string()));
  }
  const int half = c.train_timesteps / request.steps / 2;
  for (std::size_t i = 0; i < 3; ++i) {
    const double middle = timesteps[i + 1] + half;
    planner.runge_kutta(timesteps[i], {middle, middle, timesteps[i + 1]});
  }
  for (std::size_t i = 3; i < timesteps.size(); ++i) planner.multistep(timesteps[i]);
  return SamplerPlan{"PNDM with Runge-Kutta steps", std::move(planner).steps()};
}

}  // namespace scotoma
