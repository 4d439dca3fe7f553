// SPDX-License-Identifier: Apache-2.0
// [generator.sdcpp]: what the generator of the kind "sdcpp" reads beside [generator]'s steps, guidance and
// negative_prompt. Plain values: whoever reads a study or a finished one need not have the library.
#pragma once

#include <filesystem>
#include <string>

namespace scotoma {

struct SdcppOptions {
  std::filesystem::path model;            ///< a whole checkpoint: one file, or a diffusers folder with a U-Net
  std::filesystem::path diffusion_model;  ///< or that part alone; the others then have files of their own
  std::filesystem::path vae;
  std::filesystem::path taesd;  ///< instead of the VAE: faster, coarser
  std::filesystem::path clip_l;
  std::filesystem::path clip_g;
  std::filesystem::path t5xxl;
  std::filesystem::path llm;
  std::filesystem::path lora;  ///< added to the weights
  double lora_strength = 1;
  int width = 512;  ///< of the images, in pixels
  int height = 512;
  std::string sampler;     ///< by the library's names; empty: what it takes for the model
  std::string schedule;    ///< likewise
  std::string prediction;  ///< likewise
  std::string weights;     ///< type that weights are converted to when they are read; empty: as they are stored
  double distilled_guidance = 3.5;  ///< read by models such as FLUX.1 dev alone
  double flow_shift = 0;            ///< of models that match flows; 0: what the library takes for the model
  int clip_skip = 0;                ///< 0: what the library takes for the model
  bool flash_attention = false;
  bool vae_tiling = false;
  bool offload = false;      ///< weights wait in main memory until their part is run
  bool clip_on_cpu = false;  ///< text encoders
  bool vae_on_cpu = false;
  double max_vram = 0;  ///< GiB of graphs on a GPU; 0: no limit
};

}  // namespace scotoma
