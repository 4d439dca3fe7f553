// SPDX-License-Identifier: Apache-2.0
// What the families of text-to-image models differ in: what their denoiser is told beside the latents and the timestep,
// and how guidance acts. A family is a file beside this one; the loop around the denoiser (generator.cpp) is shared.
//
// Agrees with diffusers 0.39: StableDiffusionPipeline, StableDiffusionXLPipeline and LatentConsistencyModelPipeline.
// tests/parity compares; tests/cases/families holds what those gave.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/backend/openvino/diffusion/text_encoder.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/core/names.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// Closed: what other U-Nets are is said where they are refused.
enum class FamilyKind { stable_diffusion, lcm, sdxl, sdxl_lcm };

/// For people.
constexpr std::array<Named<FamilyKind>, 4> names_of(FamilyKind) {
  return {{{FamilyKind::stable_diffusion, "Stable Diffusion"},
           {FamilyKind::lcm, "LCM"},
           {FamilyKind::sdxl, "SDXL"},
           {FamilyKind::sdxl_lcm, "LCM of SDXL"}}};
}

/// One image's row of an input of the denoiser.
struct InputRow {
  std::string input;  ///< the input's name: "encoder_hidden_states"
  std::vector<float> values;
};

/// All that the denoiser is told about one image, beside its latents and the timestep. The rows have the same inputs
/// and sizes for every prompt.
using Conditioning = std::vector<InputRow>;

enum class GuidanceRule {
  classifier_free,  ///< the denoiser is also asked without the prompt, and the difference enlarged
  told,             ///< the denoiser is told the strength, and asked once
};

constexpr GuidanceRule guidance_of(FamilyKind kind) {
  return kind == FamilyKind::lcm || kind == FamilyKind::sdxl_lcm ? GuidanceRule::told : GuidanceRule::classifier_free;
}

/// Of one folder. Thread-safe.
class Family {
 public:
  virtual ~Family() = default;

  /// Errors: those of TextEncoder::encode().
  virtual Result<Conditioning> condition(const std::string& prompt, TextFit fit) = 0;

  /// What stands for "without the prompt" under classifier-free guidance; `prompt` is the study's negative prompt,
  /// perhaps empty. Errors: as above.
  virtual Result<Conditioning> condition_negative(const std::string& prompt) {
    return condition(prompt, TextFit::whole);
  }

  virtual std::vector<TextEncoder*> encoders() = 0;  ///< in the order of the folder

  /// What decides its answers beside the files of the folder that Stable Diffusion 1.x has, too; empty: nothing.
  virtual std::string settings() const { return ""; }
};

/// What a family is opened from.
struct FamilyFolder {
  std::filesystem::path path;
  nlohmann::json index;             ///< model_index.json
  std::shared_ptr<ov::Model> unet;  ///< as it is read
  std::filesystem::path unet_path;  ///< its file, for messages
  std::size_t image_width = 0;      ///< in pixels
  std::size_t image_height = 0;
  double guidance = 1;
};

/// The family that the inputs of a U-Net speak for. `path` is its file, `index` the folder's model_index.json. Errors:
/// bad_input, naming what it is, for U-Nets of other pipelines (inpainting, ControlNet, SDXL's refiner), and where the
/// index says something else.
Result<FamilyKind> family_of(const ov::Model& unet, const nlohmann::json& index, const std::filesystem::path& path);

/// Errors: bad_input where a part is missing or the text encoders do not fit the U-Net.
Result<std::unique_ptr<Family>> open_family(FamilyKind kind, Engine& engine, const FamilyFolder& folder);

// The families, as open_family() opens them. Errors: bad_input.

/// Stable Diffusion 1.x and 2.x and what was tuned from them: one text encoder.
Result<std::unique_ptr<Family>> open_stable_diffusion(Engine& engine, const FamilyFolder& folder);

/// Stable Diffusion XL: two text encoders, the second one's pooled text, and the size of the image.
Result<std::unique_ptr<Family>> open_sdxl(Engine& engine, const FamilyFolder& folder);

/// Latent consistency models: what `text` says, and the strength of guidance.
Result<std::unique_ptr<Family>> open_lcm(std::unique_ptr<Family> text, const FamilyFolder& folder);

/// Width of the rows of a U-Net's input, its last dimension. Errors: bad_input where it is open.
Result<std::size_t> row_width(const FamilyFolder& folder, const std::string& input);

/// Ids of a text that a U-Net's input encoder_hidden_states fixes, if it does.
std::optional<std::size_t> text_length(const ov::Model& unet);

/// How strong guidance is as numbers, [width]: sines, then cosines, of 1000 strength at falling frequencies (Meng et
/// al., arXiv 2210.03142; diffusers' get_guidance_scale_embedding).
std::vector<float> guidance_embedding(float strength, std::size_t width);

}  // namespace scotoma
