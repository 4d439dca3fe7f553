// SPDX-License-Identifier: Apache-2.0
// The samplers of diffusion models as tables. Every deterministic sampler here is linear in the current sample, the
// network's output and the last two predictions of the clean image, so a sampler is one row of coefficients a step,
// worked out once in double, and a step is one loop over the latents.
//
// Agrees with diffusers 0.39: DDIMScheduler (eta 0; Song et al., arXiv 2010.02502, equation 12), EulerDiscreteScheduler
// (Karras et al., arXiv 2206.00364, algorithm 1 without churn) and DPMSolverMultistepScheduler (dpmsolver++, order 1
// and 2; Lu et al., arXiv 2211.01095, algorithm 2). tests/cases/scheduler holds what those gave.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// One step. With sample s, network output m, prediction x of the clean image now and y one step earlier:
///   x    = x_sample s + x_output m, clipped to +-clip where clip > 0
///   next = next_sample s + next_output m + next_x x + next_y y
struct SamplerStep {
  double timestep = 0;    ///< what the network is told; in training timesteps
  float input_scale = 1;  ///< the network sees input_scale * s
  float x_sample = 0;
  float x_output = 0;
  float next_sample = 0;
  float next_output = 0;
  float next_x = 0;
  float next_y = 0;
};

class Scheduler {
 public:
  /// What diffusers' scheduler class makes of it. `config` is scheduler_config.json (`path` only names it in errors);
  /// `sampler` is "ddim", "euler", "dpmsolver++" or empty for what the config's _class_name says; `steps` >= 1.
  /// Errors: bad_input for everything that would be another sampler than the one asked for, and for models that none of
  /// them can sample (scheduler_classes.h).
  static Result<Scheduler> create(const nlohmann::json& config, const std::string& sampler, int steps,
                                  const std::filesystem::path& path);

  /// What diffusers 0.39's StableDiffusionPipeline makes of it when it is loaded with that scheduler. The pipeline
  /// mends what old files say or leave out: latents are never clipped (clip_sample), and "leading" timesteps begin at 1
  /// (steps_offset). Arguments and errors as above.
  static Result<Scheduler> of_pipeline(const nlohmann::json& config, const std::string& sampler, int steps,
                                       const std::filesystem::path& path);

  const std::string& mended() const { return mended_; }          ///< by of_pipeline, and why, for people; often empty
  const std::string& name() const { return name_; }              ///< for people: "DPM-Solver++ 2M"
  std::span<const SamplerStep> steps() const { return steps_; }  ///< in the order in which they are taken
  float initial_scale() const { return initial_scale_; }         ///< standard deviation of the first sample

  /// Takes step `index` in place. `previous` carries the last prediction of the clean image from step to step; its
  /// content before step 0 does not matter. All three have one size.
  void step(std::size_t index, std::span<const float> output, std::span<float> sample, std::span<float> previous) const;

 private:
  std::string name_;
  std::string mended_;
  std::vector<SamplerStep> steps_;
  float initial_scale_ = 1;
  float clip_ = 0;
};

}  // namespace scotoma
