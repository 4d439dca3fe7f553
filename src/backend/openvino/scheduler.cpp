#include "backend/openvino/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "backend/openvino/json_file.h"
#include "backend/openvino/samplers.h"

namespace scotoma {
namespace {

/// The sampler's short name. Errors: bad_input for classes that are not implemented.
Result<std::string> choose_sampler(const nlohmann::json& config, const std::string& asked,
                                   const std::filesystem::path& path) {
  if (!asked.empty()) return asked;
  SCOTOMA_TRY(const std::string name, json_value<std::string>(config, "_class_name", "", path));
  if (name == "DDIMScheduler") return std::string("ddim");
  if (name == "EulerDiscreteScheduler") return std::string("euler");
  if (name == "DPMSolverMultistepScheduler") return std::string("dpmsolver++");
  return bad_input(fmt::format(
      "{}: scheduler '{}' is not implemented; set scheduler to \"dpmsolver++\", \"ddim\" or \"euler\" in the study's "
      "[generator]",
      path.string(), name));
}

}  // namespace

Result<Scheduler> Scheduler::create(const nlohmann::json& config, const std::string& sampler, int steps,
                                    const std::filesystem::path& path) {
  SCOTOMA_TRY(const std::string kind, choose_sampler(config, sampler, path));
  const auto plan = kind == "ddim" ? plan_ddim : kind == "euler" ? plan_euler : plan_dpm;
  SCOTOMA_TRY(SamplerPlan planned, plan(config, steps, path));
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
