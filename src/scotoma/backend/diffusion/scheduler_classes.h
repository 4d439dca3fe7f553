// SPDX-License-Identifier: Apache-2.0
// One table: diffusers' scheduler classes that are here, what they call a default, and what plans them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/core/result.h"
#include "scotoma/study/scheduler_kind.h"

namespace scotoma {

/// One row. Defaults are those of the class in diffusers 0.39, for fields that the file leaves out; fields that a class
/// does not have change nothing there, and nothing here.
struct SchedulerClass {
  SchedulerKind kind;
  std::string_view name;  ///< of the class, without "Scheduler" at its end
  Result<SamplerPlan> (*plan)(const PlanRequest&);
  TimestepSpacing spacing = TimestepSpacing::linspace;
  bool spaced = true;     ///< has timestep_spacing and steps_offset
  bool zero_snr = false;  ///< has rescale_betas_zero_snr
  bool sample = true;     ///< can predict the clean image itself (prediction_type "sample")
  double beta_start = 0.0001;
  double beta_end = 0.02;
  BetaSchedule beta_schedule = BetaSchedule::linear;
  std::optional<bool> clip_sample = {};  ///< nothing: never clips
  const char* changes = "";              ///< to the file, as JSON: from_config(config, **changes)
};

/// The row to use: of what is asked for, else of the class that `config` names. All rows but LCM and TCD solve the same
/// equation over the same noise schedule, so each is sound for any model that was trained on epsilon, v or the clean
/// image (Karras et al., arXiv 2206.00364). Errors: bad_input for classes that are not here, with what to set instead;
/// and, whatever is asked for, those of models that none here can sample (flow matching, EDM's preconditioning), or
/// only LCM and TCD (consistency distillation). `path` names the file in them.
Result<const SchedulerClass*> choose_scheduler(const nlohmann::json& config, SchedulerKind asked,
                                               const std::filesystem::path& path);

}  // namespace scotoma
