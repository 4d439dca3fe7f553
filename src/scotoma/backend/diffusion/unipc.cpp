// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/alphas.h"
#include "scotoma/backend/diffusion/log_snr.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

using Row = std::vector<double>;

/// Solves the square system `rows` x = `right` by Gauss's method with row pivots.
Row solve(std::vector<Row> rows, Row right) {
  const std::size_t n = right.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::fabs(rows[i][k]) > std::fabs(rows[pivot][k])) pivot = i;
    }
    std::swap(rows[k], rows[pivot]);
    std::swap(right[k], right[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = rows[i][k] / rows[k][k];
      for (std::size_t j = k; j < n; ++j) rows[i][j] -= factor * rows[k][j];
      right[i] -= factor * right[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) right[k] -= rows[k][j] * right[j];
    right[k] /= rows[k][k];
  }
  return right;
}

struct UnipcConfig {
  int order = 2;
  bool bh1 = false;  ///< solver_type; else bh2
  bool predict_x0 = true;
  bool lower_order_final = true;
  std::vector<int> disable_corrector;  ///< steps after which the sample is not corrected
};

/// A step of the walk from level `from` to the next: what predictor and corrector share.
class UnipcStep {
 public:
  /// `order` counts the values that the network predicted at `from` and before it.
  UnipcStep(const UnipcConfig& config, const LevelWalk& walk, int from, int order, const History& predicted)
      : config_(config), order_(order), latest_(predicted.of(from)) {
    const auto level = [&](int i) { return Level{walk.sigmas[static_cast<std::size_t>(i)]}; };
    const Level begin = level(from);
    const Level end = level(from + 1);
    const double h = end.log_snr() - begin.log_snr();
    length_ = config.predict_x0 ? -h : h;
    scale_ = config.predict_x0 ? end.alpha() : end.noise();
    kept_ = config.predict_x0 ? end.noise() / begin.noise() : end.alpha() / begin.alpha();
    for (int back = 1; back < order; ++back) {
      ratios_.push_back((level(from - back).log_snr() - begin.log_snr()) / h);
      slopes_.push_back((1 / ratios_.back()) * (predicted.of(from - back) - latest_));
    }
    ratios_.push_back(1);
  }

  /// UniP: the sample at the end, from `sample` at the beginning.
  Combination predict(const Combination& sample) const {
    Row weights = {0.5};
    if (order_ > 2) weights = solve_conditions(order_ - 1);
    Combination sum;
    for (std::size_t k = 0; k < slopes_.size(); ++k) sum += weights[k] * slopes_[k];
    return first_order(sample) - (scale_ * unit()) * sum;
  }

  /// UniC: the same, with what the network predicts at the end.
  Combination correct(const Combination& sample, const Combination& at_end) const {
    Row weights = {0.5};
    if (order_ > 1) weights = solve_conditions(order_);
    Combination sum;
    for (std::size_t k = 0; k < slopes_.size(); ++k) sum += weights[k] * slopes_[k];
    return first_order(sample) - (scale_ * unit()) * (sum + weights.back() * (at_end - latest_));
  }

 private:
  double unit() const { return config_.bh1 ? length_ : std::expm1(length_); }

  Combination first_order(const Combination& sample) const {
    return kept_ * sample - (scale_ * std::expm1(length_)) * latest_;
  }

  /// The first `count` weights of theorem 3.1.
  Row solve_conditions(int count) const {
    std::vector<Row> rows;
    Row right;
    double phi = std::expm1(length_) / length_ - 1;
    double factorial = 1;
    for (int power = 0; power < count; ++power) {
      Row row;
      for (int k = 0; k < count; ++k) row.push_back(std::pow(ratios_[static_cast<std::size_t>(k)], power));
      rows.push_back(std::move(row));
      right.push_back(phi * factorial / unit());
      factorial *= power + 2;
      phi = phi / length_ - 1 / factorial;
    }
    return solve(std::move(rows), std::move(right));
  }

  const UnipcConfig& config_;
  int order_;
  double length_ = 0;  ///< of the step in log SNR; negative where the clean image is predicted
  double scale_ = 0;   ///< of what the network predicts, at the end
  double kept_ = 0;    ///< share of the sample that stays
  Row ratios_;
  Combination latest_;
  std::vector<Combination> slopes_;
};

Result<UnipcConfig> read_unipc_config(const PlanRequest& request) {
  const auto& [config, row, steps, eta, path] = request;
  UnipcConfig c;
  SCOTOMA_ASSIGN_OR_RETURN(c.order, json_value(config, "solver_order", 2, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto solver, json_value<std::string>(config, "solver_type", "bh2", path));
  SCOTOMA_ASSIGN_OR_RETURN(c.predict_x0, json_value(config, "predict_x0", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.lower_order_final, json_value(config, "lower_order_final", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(c.disable_corrector, json_value(config, "disable_corrector", std::vector<int>(), path));
  c.bh1 = solver == "bh1";
  const auto bh2 = {"bh2", "midpoint", "heun", "logrho"};  // diffusers takes the other classes' for bh2
  if ((!c.bh1 && std::find(bh2.begin(), bh2.end(), solver) == bh2.end()) || c.order < 1 || c.order > 8) {
    return bad_input(
        fmt::format("{}: UniPC with solver_type {} and solver_order {} is not supported; say bh1 or bh2, "
                    "and 1 to 8 there",
                    path.string(), solver, c.order));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const bool shifts, json_value(config, "use_dynamic_shifting", false, path));
  if (shifts) return bad_input(path.string() + ": 'use_dynamic_shifting' is not supported; set it to false");
  for (const char* key : {"solver_p", "shift_terminal"}) {
    const auto found = config.find(key);
    if (found != config.end() && !found->is_null()) {
      return bad_input(fmt::format("{}: '{}' is not supported; set it to null", path.string(), key));
    }
  }
  return c;
}

}  // namespace

Result<SamplerPlan> plan_unipc(const PlanRequest& request) {
  SCOTOMA_ASSIGN_OR_RETURN(const ScheduleConfig schedule, read_schedule_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const UnipcConfig c, read_unipc_config(request));
  SCOTOMA_ASSIGN_OR_RETURN(const LevelWalk walk, walk_log_snr(request, schedule, {}));
  SamplerPlan plan{fmt::format("UniPC {}{}", c.order, described(walk.spacing))};
  SCOTOMA_ASSIGN_OR_RETURN(plan.bounds, read_bounds(request, c.predict_x0));
  const History predicted(c.order);
  const int began = Operand::memory + c.order;  // the sample of the step before, corrected
  const int count = static_cast<int>(walk.timesteps.size());
  int order = 0;  // of the step before
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Level level{walk.sigmas[at]};
    SamplerStep step = step_on_log_snr(schedule, walk.timesteps[at], level);
    const Combination now = c.predict_x0 ? Combination::original() : noise_at(schedule, level, plan.bounds);
    const bool corrects =
        i > 0 && std::find(c.disable_corrector.begin(), c.disable_corrector.end(), i - 1) == c.disable_corrector.end();
    assign(step, began,
           corrects ? UnipcStep(c, walk, i - 1, order, predicted).correct(Combination::of(began), now)
                    : Combination::sample());
    assign(step, predicted.slot(i), now);
    order = std::min({c.order, i + 1, c.lower_order_final ? count - i : c.order});
    assign(step, Operand::sample, UnipcStep(c, walk, i, order, predicted).predict(Combination::of(began)));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace scotoma
