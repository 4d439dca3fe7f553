// SPDX-License-Identifier: Apache-2.0
// The samplers of diffusion models as tables. Every sampler here is linear in the current sample, the network's output,
// the prediction of the clean image, fresh noise and what earlier steps kept, so a sampler is a list of network
// evaluations, each with weighted sums whose weights are worked out once in double. What is not linear, bounds on the
// predicted clean image, stands between.
//
// Agrees with diffusers 0.39; scheduler_classes.cpp has a row for each of its classes that is here, and
// tests/cases/scheduler holds what those gave.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/scheduler_kind.h"

namespace scotoma {

/// What a step reads and writes. From `memory` on: what earlier steps kept.
struct Operand {
  static constexpr int sample = 0;    ///< the latents
  static constexpr int output = 1;    ///< of the network; read only
  static constexpr int original = 2;  ///< pred_original_sample, the clean image as predicted now; read only
  static constexpr int noise = 3;     ///< independent N(0, 1); read only
  static constexpr int memory = 4;
};

struct Term {
  int from = Operand::sample;
  float weight = 0;
};

/// `to` becomes the sum of the terms, added in their order; 0 where there is none.
struct Assignment {
  int to = Operand::sample;
  std::vector<Term> terms;
};

/// One network evaluation and what is made of it. With sample s and output m, first
///   original = original_sample s + original_output m, within the sampler's bounds;
/// then the assignments in their order. What is the sample after them, the network sees next.
struct SamplerStep {
  double timestep = 0;    ///< what the network is told; in training timesteps
  float input_scale = 1;  ///< the network sees input_scale * s
  float original_sample = 0;
  float original_output = 0;
  std::vector<Assignment> assignments;

  bool reads(int operand) const;
};

/// Dynamic thresholding (Saharia et al., arXiv 2205.11487, section 2.3), image by image: with s the `ratio` quantile of
/// absolute values, at least 1 and at most `largest`, values are clipped to +-s and divided by s.
struct Thresholding {
  double ratio = 0.995;
  double largest = 1;
};

/// What the predicted clean image is held to.
struct OriginalBounds {
  double clip = 0;                           ///< to +-clip; 0: not
  std::optional<Thresholding> thresholding;  ///< goes before clip
};

/// Latents on their way: [images, width] in each vector.
struct SamplerState {
  std::size_t width = 0;
  std::vector<float> sample;
  std::vector<std::vector<float>> memory;
  std::vector<float> original;
  std::vector<float> next;  ///< scratch
};

/// Which sampler, and how.
struct SchedulerRequest {
  SchedulerKind kind = SchedulerKind::of_folder;
  int steps = 20;  ///< >= 1
  double eta = 0;  ///< of DDIM and TCD: how much of the noise is fresh at every step, 0 to 1
};

class Scheduler {
 public:
  /// What diffusers' scheduler class makes of it: the class that scheduler_config.json names or, where another is asked
  /// for, that class's from_config(config). `path` only names the file in errors. Errors: bad_input for everything that
  /// would be another sampler than the one asked for, and for models that none of them can sample
  /// (scheduler_classes.h).
  static Result<Scheduler> create(const nlohmann::json& config, const SchedulerRequest& request,
                                  const std::filesystem::path& path);

  /// What diffusers 0.39's StableDiffusionPipeline makes of it when it is loaded with that scheduler. The pipeline
  /// mends what old files say or leave out: latents are never clipped (clip_sample), and "leading" timesteps begin at 1
  /// (steps_offset). Arguments and errors as above.
  static Result<Scheduler> of_pipeline(const nlohmann::json& config, const SchedulerRequest& request,
                                       const std::filesystem::path& path);

  const std::string& mended() const { return mended_; }          ///< by of_pipeline, and why, for people; often empty
  const std::string& name() const { return name_; }              ///< for people: "DPM-Solver++ 2M, 20 steps"
  std::span<const SamplerStep> steps() const { return steps_; }  ///< network evaluations in the order they are taken
  float initial_scale() const { return initial_scale_; }         ///< standard deviation of the first sample

  /// Whether step `index` reads noise.
  bool needs_noise(std::size_t index) const { return steps_[index].reads(Operand::noise); }

  /// The state before the first step. `noise` is N(0, 1), `width` values an image.
  SamplerState begin(std::vector<float> noise, std::size_t width) const;

  /// Takes step `index`. `output` is the network's, for input_scale times state.sample; `noise` is N(0, 1) of that size
  /// where needs_noise(index), else not read. Requires that the steps before it were taken.
  void step(std::size_t index, std::span<const float> output, std::span<const float> noise, SamplerState& state) const;

 private:
  void predict_original(const SamplerStep& step, std::span<const float> output, SamplerState& state) const;

  std::string name_;
  std::string mended_;
  std::vector<SamplerStep> steps_;
  float initial_scale_ = 1;
  OriginalBounds bounds_;
  std::size_t memory_ = 0;  ///< vectors that the steps keep
};

}  // namespace scotoma
