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

struct SchedulerClass;

struct SamplerPlan {
  std::string name;  ///< for people: "Euler (Karras)"
  std::vector<SamplerStep> steps = {};
  double initial_scale = 1;
  OriginalBounds bounds = {};
};

/// What a plan is made of. `config` is what from_config reads; `row` has the class's defaults.
struct PlanRequest {
  const nlohmann::json& config;
  const SchedulerClass& row;
  int steps = 20;
  double eta = 0;
  const std::filesystem::path& path;  ///< names the file in errors
};

// On cumulative products of alpha (alpha_samplers.cpp). Song et al., arXiv 2010.02502, equation 12; Ho et al.,
// arXiv 2006.11239, equation 7.
Result<SamplerPlan> plan_ddim(const PlanRequest& request);
Result<SamplerPlan> plan_ddpm(const PlanRequest& request);

// Distilled models (consistency_samplers.cpp). Luo et al., arXiv 2310.04378; Zheng et al., arXiv 2402.19159.
Result<SamplerPlan> plan_lcm(const PlanRequest& request);
Result<SamplerPlan> plan_tcd(const PlanRequest& request);

// Liu et al., arXiv 2202.09778, algorithm 2; without its Runge-Kutta steps where skip_prk_steps says so.
Result<SamplerPlan> plan_pndm(const PlanRequest& request);

// On noise levels (level_samplers.cpp, two_stage_samplers.cpp). Karras et al., arXiv 2206.00364, algorithms 1 and 2
// without churn; Katherine Crowson's k-diffusion.
Result<SamplerPlan> plan_euler(const PlanRequest& request);
Result<SamplerPlan> plan_euler_ancestral(const PlanRequest& request);
Result<SamplerPlan> plan_lms(const PlanRequest& request);
Result<SamplerPlan> plan_heun(const PlanRequest& request);
Result<SamplerPlan> plan_dpm2(const PlanRequest& request);
Result<SamplerPlan> plan_dpm2_ancestral(const PlanRequest& request);

// On log SNR (dpm_solver.cpp, dpm_singlestep.cpp, deis.cpp, unipc.cpp). Lu et al., arXiv 2206.00927 and 2211.01095;
// Zhang and Chen, arXiv 2204.13902; Zhao et al., arXiv 2302.04867.
Result<SamplerPlan> plan_dpmsolver(const PlanRequest& request);
Result<SamplerPlan> plan_dpmsolver_singlestep(const PlanRequest& request);
Result<SamplerPlan> plan_deis(const PlanRequest& request);
Result<SamplerPlan> plan_unipc(const PlanRequest& request);

}  // namespace scotoma
