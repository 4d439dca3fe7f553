// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
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

/// What from_config reads: not what the file itself calls a default, and what the row changes.
nlohmann::json as_read(const nlohmann::json& config, const SchedulerClass& row) {
  nlohmann::json out = config;
  const auto defaults = config.find("_use_default_values");
  if (defaults != config.end() && defaults->is_array()) {
    for (const auto& key : *defaults) {
      if (key.is_string()) out.erase(key.get<std::string>());
    }
  }
  if (*row.changes != '\0') out.update(nlohmann::json::parse(row.changes));
  return out;
}

/// Holds one image's values, see Thresholding.
void threshold(const Thresholding& to, std::span<float> values) {
  std::vector<float> sorted;
  for (const float v : values) sorted.push_back(std::fabs(v));
  std::sort(sorted.begin(), sorted.end());
  const double at = to.ratio * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const float share = static_cast<float>(at - static_cast<double>(below));
  const float quantile = sorted[below] + share * (sorted[above] - sorted[below]);
  const float most = std::min(std::max(quantile, 1.0F), static_cast<float>(to.largest));
  for (float& v : values) v = std::clamp(v, -most, most) / most;
}

std::span<const float> operand(int which, std::span<const float> output, std::span<const float> noise,
                               const SamplerState& state) {
  if (which == Operand::sample) return state.sample;
  if (which == Operand::output) return output;
  if (which == Operand::original) return state.original;
  if (which == Operand::noise) return noise;
  return state.memory[static_cast<std::size_t>(which - Operand::memory)];
}

}  // namespace

bool SamplerStep::reads(int operand) const {
  return std::any_of(assignments.begin(), assignments.end(), [&](const Assignment& each) {
    return std::any_of(each.terms.begin(), each.terms.end(), [&](const Term& term) { return term.from == operand; });
  });
}

Result<Scheduler> Scheduler::of_pipeline(const nlohmann::json& config, const SchedulerRequest& request,
                                         const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const SchedulerClass* const row, choose_scheduler(config, request.kind, path));
  nlohmann::json mended = config;
  std::string becomes;
  std::string was;
  if (row->clip_sample) {
    SCOTOMA_ASSIGN_OR_RETURN(const bool clips, json_value(config, "clip_sample", *row->clip_sample, path));
    if (clips) mend(mended, "clip_sample", false, becomes, was);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto spacing, json_value<std::string>(config, "timestep_spacing",
                                                                       std::string(name_of(row->spacing)), path));
  SCOTOMA_ASSIGN_OR_RETURN(const int offset, json_value(config, "steps_offset", 0, path));
  if (row->spaced && spacing == "leading" && offset != 1) mend(mended, "steps_offset", 1, becomes, was);
  SCOTOMA_ASSIGN_OR_RETURN(Scheduler out, create(mended, {row->kind, request.steps, request.eta}, path));
  if (!becomes.empty()) {
    out.mended_ = fmt::format("{}, as diffusers' Stable Diffusion pipeline sets it ({}: {})", becomes,
                              path.filename().string(), was);
  }
  return out;
}

Result<Scheduler> Scheduler::create(const nlohmann::json& config, const SchedulerRequest& request,
                                    const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const SchedulerClass* const row, choose_scheduler(config, request.kind, path));
  const nlohmann::json read = as_read(config, *row);
  SCOTOMA_ASSIGN_OR_RETURN(SamplerPlan plan, row->plan({read, *row, request.steps, request.eta, path}));
  Scheduler out;
  const std::size_t calls = plan.steps.size();
  const auto more = calls > static_cast<std::size_t>(request.steps) ? fmt::format(", {} network calls", calls) : "";
  out.name_ = fmt::format("{}, {} steps{}", plan.name, request.steps, more);
  out.steps_ = std::move(plan.steps);
  out.initial_scale_ = static_cast<float>(plan.initial_scale);
  out.bounds_ = plan.bounds;
  for (const SamplerStep& s : out.steps_) {
    float sum = s.input_scale + s.original_sample + s.original_output;
    for (const Assignment& each : s.assignments) {
      for (const Term& term : each.terms) sum += term.weight;
      out.memory_ = std::max(out.memory_, static_cast<std::size_t>(std::max(0, each.to - Operand::memory + 1)));
    }
    if (std::isfinite(sum)) continue;
    return bad_input(fmt::format("{}: {} divides by zero at timestep {}; choose another scheduler or spacing",
                                 path.string(), out.name_, s.timestep));
  }
  return out;
}

SamplerState Scheduler::begin(std::vector<float> noise, std::size_t width) const {
  for (float& v : noise) v *= initial_scale_;
  const std::size_t size = noise.size();
  return {width, std::move(noise), std::vector<std::vector<float>>(memory_, std::vector<float>(size)),
          std::vector<float>(size), std::vector<float>(size)};
}

void Scheduler::predict_original(const SamplerStep& step, std::span<const float> output, SamplerState& state) const {
  const float clip = static_cast<float>(bounds_.clip);
  for (std::size_t i = 0; i < output.size(); ++i) {
    const float x = step.original_sample * state.sample[i] + step.original_output * output[i];
    state.original[i] = clip > 0 && !bounds_.thresholding ? std::clamp(x, -clip, clip) : x;
  }
  if (!bounds_.thresholding) return;
  for (std::size_t at = 0; at < output.size(); at += state.width) {
    threshold(*bounds_.thresholding, std::span(state.original).subspan(at, state.width));
  }
}

void Scheduler::step(std::size_t index, std::span<const float> output, std::span<const float> noise,
                     SamplerState& state) const {
  const SamplerStep& step = steps_[index];
  assert(output.size() == state.sample.size() && (!needs_noise(index) || noise.size() == output.size()));
  if (step.reads(Operand::original)) predict_original(step, output, state);
  for (const Assignment& each : step.assignments) {
    if (each.terms.empty()) std::fill(state.next.begin(), state.next.end(), 0.0F);
    for (const Term& term : each.terms) {
      const std::span<const float> from = operand(term.from, output, noise, state);
      const bool first = &term == &each.terms.front();
      for (std::size_t i = 0; i < from.size(); ++i) {
        state.next[i] = first ? term.weight * from[i] : state.next[i] + term.weight * from[i];
      }
    }
    std::swap(state.next, each.to == Operand::sample
                              ? state.sample
                              : state.memory[static_cast<std::size_t>(each.to - Operand::memory)]);
  }
}

}  // namespace scotoma
