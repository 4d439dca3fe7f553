// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/diffusion/samplers.h"
#include "scotoma/backend/diffusion/scheduler_classes.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// How a file says a value, for people.
std::string said(const nlohmann::json& config, const std::string& key) {
  const auto found = config.find(key);
  return found == config.end() ? key + " is missing" : fmt::format("{} is {}", key, found->dump());
}

/// Sets `key` and adds to `becomes` and `was`, for people.
template <class T>
void mend(nlohmann::json& config, const std::string& key, T value, std::string& becomes, std::string& was) {
  const std::string between = becomes.empty() ? "" : " and ";
  was += between + said(config, key);
  config[key] = value;
  becomes += fmt::format("{}{} {}", between, key, value);
}

}  // namespace

Result<Scheduler> Scheduler::of_pipeline(const nlohmann::json& config, const std::string& sampler, int steps,
                                         const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string kind, choose_sampler(config, sampler, path));
  nlohmann::json mended = config;
  std::string becomes;
  std::string was;
  // Of the schedulers here DDIM alone can clip, and clips where nothing is said.
  SCOTOMA_ASSIGN_OR_RETURN(const bool clips, json_value(config, "clip_sample", true, path));
  if (kind == "ddim" && clips) mend(mended, "clip_sample", false, becomes, was);
  SCOTOMA_ASSIGN_OR_RETURN(const auto spacing, json_value<std::string>(config, "timestep_spacing",
                                                                       kind == "ddim" ? "leading" : "linspace", path));
  SCOTOMA_ASSIGN_OR_RETURN(const int offset, json_value(config, "steps_offset", 0, path));
  if (spacing == "leading" && offset != 1) mend(mended, "steps_offset", 1, becomes, was);
  SCOTOMA_ASSIGN_OR_RETURN(Scheduler out, create(mended, kind, steps, path));
  if (!becomes.empty()) {
    out.mended_ = fmt::format("{}, as diffusers' Stable Diffusion pipeline sets it ({}: {})", becomes,
                              path.filename().string(), was);
  }
  return out;
}

Result<Scheduler> Scheduler::create(const nlohmann::json& config, const std::string& sampler, int steps,
                                    const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string kind, choose_sampler(config, sampler, path));
  const auto plan = kind == "ddim" ? plan_ddim : kind == "euler" ? plan_euler : plan_dpm;
  SCOTOMA_ASSIGN_OR_RETURN(SamplerPlan planned, plan(config, steps, path));
  Scheduler out;
  out.name_ = std::move(planned.name);
  out.steps_ = std::move(planned.steps);
  out.initial_scale_ = static_cast<float>(planned.initial_scale);
  out.clip_ = static_cast<float>(planned.clip);
  for (const SamplerStep& s : out.steps_) {
    const float sum = s.input_scale + s.x_sample + s.x_output + s.next_sample + s.next_output + s.next_x + s.next_y;
    if (std::isfinite(sum)) continue;
    return bad_input(fmt::format("{}: {} divides by zero at timestep {}; choose another scheduler or spacing",
                                 path.string(), out.name_, s.timestep));
  }
  return out;
}

void Scheduler::step(std::size_t index, std::span<const float> output, std::span<float> sample,
                     std::span<float> previous) const {
  const SamplerStep& s = steps_[index];
  const bool first = index == 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    float x = s.x_sample * sample[i] + s.x_output * output[i];
    if (clip_ > 0) x = std::clamp(x, -clip_, clip_);
    const float y = first ? 0.0F : previous[i];
    sample[i] = s.next_sample * sample[i] + s.next_output * output[i] + s.next_x * x + s.next_y * y;
    previous[i] = x;
  }
}

}  // namespace scotoma
