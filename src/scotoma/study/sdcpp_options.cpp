// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/sdcpp_options.h"

#include "scotoma/study/option_field.h"

namespace scotoma {
namespace {

#define SDCPP_FIELD(key) SCOTOMA_FIELD(generator.sdcpp.key)

Option sdcpp_row(std::string_view key, std::string_view help, OptionField target, double low = -1e300,
                 double high = 1e300) {
  return {"generator.sdcpp", key, help, target, low, high, {}, false, {Backend::sdcpp}};
}

void add_sdcpp_files(std::vector<Option>& t) {
  t.push_back(sdcpp_row("model",
                        "checkpoint: a .safetensors, .ckpt or .gguf file with all parts, or a diffusers folder with a "
                        "U-Net; or give diffusion_model",
                        SDCPP_FIELD(model)));
  t.push_back(sdcpp_row("diffusion_model", "file of the U-Net or transformer alone; its other parts have keys below",
                        SDCPP_FIELD(diffusion_model)));
  t.push_back(sdcpp_row("vae", "file of the VAE, instead of the checkpoint's", SDCPP_FIELD(vae)));
  t.push_back(
      sdcpp_row("taesd", "file of a tiny autoencoder, instead of the VAE: faster, coarser", SDCPP_FIELD(taesd)));
  t.push_back(sdcpp_row("clip_l", "file of the text encoder CLIP-L", SDCPP_FIELD(clip_l)));
  t.push_back(sdcpp_row("clip_g", "file of the text encoder CLIP-G", SDCPP_FIELD(clip_g)));
  t.push_back(sdcpp_row("t5xxl", "file of the text encoder T5-XXL", SDCPP_FIELD(t5xxl)));
  t.push_back(
      sdcpp_row("llm", "file of a text encoder that is a language model (Qwen-Image, Z-Image)", SDCPP_FIELD(llm)));
  t.push_back(sdcpp_row("lora", "file of a LoRA", SDCPP_FIELD(lora)));
  t.push_back(sdcpp_row("lora_strength", "how much of it", SDCPP_FIELD(lora_strength), -10, 10));
}

void add_sdcpp_sampling(std::vector<Option>& t) {
  t.push_back(sdcpp_row("width", "of the images, in pixels: a multiple of 8, of many models of 16", SDCPP_FIELD(width),
                        8, 8192));
  t.push_back(sdcpp_row("height", "likewise", SDCPP_FIELD(height), 8, 8192));
  t.push_back(sdcpp_row("sampler", "by the library's name (euler_a, dpm++2m, lcm); empty: what it takes for the model",
                        SDCPP_FIELD(sampler)));
  t.push_back(sdcpp_row("schedule", "of the noise, by the library's name (karras, sgm_uniform); empty: likewise",
                        SDCPP_FIELD(schedule)));
  t.push_back(sdcpp_row("prediction",
                        "what the network predicts, by the library's name (eps, v); empty: what the library detects",
                        SDCPP_FIELD(prediction)));
  t.push_back(sdcpp_row("distilled_guidance", "for models that are told their guidance, as FLUX.1 dev is",
                        SDCPP_FIELD(distilled_guidance), 0, 100));
  t.push_back(sdcpp_row("flow_shift", "for models that match flows; 0: what the library takes for the model",
                        SDCPP_FIELD(flow_shift), 0, 100));
  t.push_back(sdcpp_row("clip_skip", "last layers of CLIP that are left out, plus 1; 0: what the library takes",
                        SDCPP_FIELD(clip_skip), 0, 12));
}

void add_sdcpp_running(std::vector<Option>& t) {
  t.push_back(sdcpp_row("weights",
                        "type that weights are converted to when they are read, by the library's name (f16, q8_0, "
                        "q4_0); empty: as they are stored",
                        SDCPP_FIELD(weights)));
  t.push_back(
      sdcpp_row("flash_attention", "less memory for large images; faster on most GPUs", SDCPP_FIELD(flash_attention)));
  t.push_back(sdcpp_row("vae_tiling", "decode in tiles: less memory for large images", SDCPP_FIELD(vae_tiling)));
  t.push_back(
      sdcpp_row("offload", "on a GPU: weights wait in main memory until their part is run", SDCPP_FIELD(offload)));
  t.push_back(sdcpp_row("clip_on_cpu", "text encoders run on the CPU", SDCPP_FIELD(clip_on_cpu)));
  t.push_back(sdcpp_row("vae_on_cpu", "the VAE runs on the CPU", SDCPP_FIELD(vae_on_cpu)));
  t.push_back(sdcpp_row("max_vram", "on a GPU: GiB that one part's computation may take; 0: no limit",
                        SDCPP_FIELD(max_vram), 0, 1e6));
}

#undef SDCPP_FIELD

}  // namespace

void add_sdcpp_options(std::vector<Option>& table) {
  add_sdcpp_files(table);
  add_sdcpp_sampling(table);
  add_sdcpp_running(table);
}

}  // namespace scotoma
