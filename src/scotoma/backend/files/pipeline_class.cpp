// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/pipeline_class.h"

#include <array>

namespace scotoma {
namespace {

struct PipelineClass {
  std::string_view part;  ///< of the name of the class
  std::string_view what;
};

constexpr std::string_view kFlow = "a transformer trained by flow matching, no U-Net";

/// The first that fits counts.
constexpr std::array<PipelineClass, 42> kClasses = {{
    {"ControlNet", "it generates images of a text and a control image, and there is none here"},
    {"Adapter", "it generates images of a text and a control image, and there is none here"},
    {"Inpaint", "it fills a hole in an image, and there is none here"},
    {"StableDiffusionXLImg2Img", "SDXL's refiner, or image to image: it changes an image, and there is none here"},
    {"Img2Img", "it changes an image, and there is none here"},
    {"Image2Image", "it changes an image, and there is none here"},
    {"Pix2Pix", "it changes an image, and there is none here"},
    {"Depth2Img", "it changes an image, and there is none here"},
    {"ImageVariation", "it varies an image, and there is none here"},
    {"Upscale", "it enlarges an image, and there is none here"},
    {"Outpaint", "it enlarges an image, and there is none here"},
    {"GLIGEN", "it is told boxes beside a text"},
    {"AnimateDiff", "it generates films"},
    {"Video", "it generates films"},
    {"LTX", "it generates films"},
    {"Wan", "it generates films"},
    {"Mochi", "it generates films"},
    {"Audio", "it generates sound"},
    {"StableDiffusion3", "Stable Diffusion 3, a transformer trained by flow matching, no U-Net"},
    {"Flux", kFlow},
    {"AuraFlow", kFlow},
    {"Lumina", kFlow},
    {"QwenImage", kFlow},
    {"HiDream", kFlow},
    {"Chroma", kFlow},
    {"ZImage", kFlow},
    {"OmniGen", kFlow},
    {"Bria", kFlow},
    {"CogView4", kFlow},
    {"Sana", "a transformer over the latents of another autoencoder, no U-Net"},
    {"PixArt", "a transformer that reads T5's states, no U-Net"},
    {"Hunyuan", "a transformer, no U-Net"},
    {"CogView", "a transformer, no U-Net"},
    {"DiT", "a transformer, no U-Net"},
    {"Transformer", "a transformer, no U-Net"},
    {"Kandinsky", "a prior and a decoder of image embeddings"},
    {"UnCLIP", "a prior and a decoder of image embeddings"},
    {"Cascade", "a cascade of models on very small latents"},
    {"Wuerstchen", "a cascade of models on very small latents"},
    {"IFPipeline", "a cascade of models that work on pixels"},
    {"Kolors", "SDXL's U-Net with another text encoder"},
    {"AltDiffusion", "Stable Diffusion's U-Net with another text encoder"},
}};

/// Whether the pipeline has a part: absent ones are [null, null].
bool has_part(const nlohmann::json& index, const char* name) {
  const auto part = index.find(name);
  if (part == index.end() || part->is_null()) return false;
  return !part->is_array() || part->empty() || !part->front().is_null();
}

}  // namespace

std::string other_pipeline(std::string_view name, const nlohmann::json& index) {
  for (const PipelineClass& each : kClasses) {
    if (name.find(each.part) != std::string_view::npos) return std::string(each.what);
  }
  if (has_part(index, "transformer")) return "a transformer, no U-Net";
  if (has_part(index, "prior")) return "a prior and a decoder of image embeddings";
  if (has_part(index, "controlnet")) return std::string(kClasses.front().what);
  const bool two = name.find("StableDiffusionXL") != std::string_view::npos;
  if (two && index.contains("text_encoder") && !has_part(index, "text_encoder")) {
    return "SDXL's refiner: it changes an image, and there is none here";
  }
  return {};
}

}  // namespace scotoma
