// SPDX-License-Identifier: Apache-2.0
// Works out the tables of scheduler.h, one function a sampler. Each refuses what it would otherwise get wrong.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scotoma/backend/diffusion/scheduler.h"
#include "scotoma/core/result.h"

namespace scotoma {

struct SamplerPlan {
  std::string name;
  std::vector<SamplerStep> steps;
  double initial_scale = 1;
  double clip = 0;  ///< bound on the predicted clean image; 0: none
};

Result<SamplerPlan> plan_ddim(const nlohmann::json& config, int steps, const std::filesystem::path& path);
Result<SamplerPlan> plan_euler(const nlohmann::json& config, int steps, const std::filesystem::path& path);
Result<SamplerPlan> plan_dpm(const nlohmann::json& config, int steps, const std::filesystem::path& path);

}  // namespace scotoma
