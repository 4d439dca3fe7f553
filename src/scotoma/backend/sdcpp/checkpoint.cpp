// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/sdcpp/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <exception>
#include <limits>
#include <string_view>
#include <vector>

#include "scotoma/backend/sdcpp/files.h"
#include "scotoma/backend/sdcpp/library.h"

namespace scotoma {
namespace {

/// The library's value of a word; `count`, which stands for its own choice, for an empty one.
template <class Enum>
Result<Enum> word_of(const char* key, std::string_view word, Enum count, const char* (*name)(Enum)) {
  if (word.empty()) return count;
  std::vector<std::string> words;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const char* known = name(static_cast<Enum>(i));
    if (known == nullptr || *known == '\0' || std::string_view(known) == "DEPRECATED") continue;  // gaps of the types
    if (word == known) return static_cast<Enum>(i);
    words.emplace_back(known);
  }
  return bad_input(fmt::format("generator.sdcpp.{} '{}' is unknown to stable-diffusion.cpp {}; it is one of \"{}\"",
                               key, word, Checkpoint::version(), fmt::join(words, "\", \"")));
}

/// The library's image, which it allocated.
struct LibraryImage {
  sd_image_t* image;
  ~LibraryImage() {
    if (image != nullptr) std::free(image->data);
    std::free(image);
  }
};

/// The library reads a negative seed as "any".
std::int64_t library_seed(std::uint64_t seed) {
  return static_cast<std::int64_t>(seed & std::uint64_t{std::numeric_limits<std::int64_t>::max()});
}

const char* or_null(const std::string& path) { return path.empty() ? nullptr : path.c_str(); }

}  // namespace

std::string Checkpoint::version() {
  const std::string_view commit = sdcpp().sd_commit();
  return commit.empty() || commit == "unknown" ? sdcpp().sd_version()
                                               : fmt::format("{} ({})", sdcpp().sd_version(), commit);
}

Result<std::unique_ptr<Checkpoint>> Checkpoint::load(const GeneratorOptions& options, int threads) {
  SCOTOMA_RETURN_IF_ERROR(SdcppLibrary::open());
  std::unique_ptr<Checkpoint> out(new Checkpoint(options, checkpoint_name(options).string()));
  SCOTOMA_RETURN_IF_ERROR(checkpoint_files(options));
  SCOTOMA_RETURN_IF_ERROR(out->resolve_words());
  try {
    SCOTOMA_RETURN_IF_ERROR(out->open(threads));
  } catch (const std::exception& error) {
    return bad_input(fmt::format("{}: stable-diffusion.cpp cannot load it ({})", out->name_, error.what()));
  }
  return out;
}

Result<void> Checkpoint::resolve_words() {
  const SdcppOptions& words = options_.sdcpp;
  SCOTOMA_ASSIGN_OR_RETURN(sampler_,
                           word_of("sampler", words.sampler, SAMPLE_METHOD_COUNT, sdcpp().sd_sample_method_name));
  SCOTOMA_ASSIGN_OR_RETURN(schedule_, word_of("schedule", words.schedule, SCHEDULER_COUNT, sdcpp().sd_scheduler_name));
  SCOTOMA_ASSIGN_OR_RETURN(prediction_,
                           word_of("prediction", words.prediction, PREDICTION_COUNT, sdcpp().sd_prediction_name));
  SCOTOMA_ASSIGN_OR_RETURN(weights_, word_of("weights", words.weights, SD_TYPE_COUNT, sdcpp().sd_type_name));
  return {};
}

Result<void> Checkpoint::open(int threads) {
  const SdcppOptions& given = options_.sdcpp;
  const std::string model = given.model.string(), diffusion = given.diffusion_model.string(), vae = given.vae.string(),
                    taesd = given.taesd.string(), clip_l = given.clip_l.string(), clip_g = given.clip_g.string(),
                    t5xxl = given.t5xxl.string(), llm = given.llm.string();
  sd_ctx_params_t params;
  sdcpp().sd_ctx_params_init(&params);
  params.model_path = or_null(model);
  params.diffusion_model_path = or_null(diffusion);
  params.vae_path = or_null(vae);
  params.taesd_path = or_null(taesd);
  params.clip_l_path = or_null(clip_l);
  params.clip_g_path = or_null(clip_g);
  params.t5xxl_path = or_null(t5xxl);
  params.llm_path = or_null(llm);
  params.free_params_immediately = false;  // else there are none left for the second image
  params.n_threads = threads;
  params.wtype = weights_;
  params.prediction = prediction_;
  params.offload_params_to_cpu = given.offload;
  params.keep_clip_on_cpu = given.clip_on_cpu;
  params.keep_vae_on_cpu = given.vae_on_cpu;
  params.lora_apply_mode = LORA_APPLY_AT_RUNTIME;  // merged, it would be read again for every image
  params.flash_attn = params.diffusion_flash_attn = given.flash_attention;
  params.max_vram = static_cast<float>(given.max_vram);
  const LibraryCall call;
  context_.reset(sdcpp().new_sd_ctx(&params));
  if (!context_) {
    return bad_input(
        fmt::format("{}: stable-diffusion.cpp {} cannot load it ({}); is it a text-to-image checkpoint, "
                    "whole, and do its parts have their keys in [generator.sdcpp]?",
                    name_, version(), call.reason("it does not say why")));
  }
  // Two that many do without: T5, and the second text encoder of a diffusers folder (files.h has looked for it).
  const std::string part = call.complaint({"failed", "unknown format", "not found", "Couldn't find", "No text encoder"},
                                          {"t5xxl text encoder not found", "text_encoder_2/"});
  if (!part.empty()) {
    return bad_input(
        fmt::format("{}: stable-diffusion.cpp {} reads it in part only: {}; check that part's key in [generator.sdcpp]",
                    name_, version(), part));
  }
  if (!sdcpp().sd_ctx_supports_image_generation(context_.get()))
    return bad_input(name_ + ": generates videos; give a text-to-image checkpoint");
  family_ = call.said_after("Version: ");
  devices_ = LibraryCall::devices();
  return {};
}

std::string Checkpoint::sampler() const {
  return sdcpp().sd_sample_method_name(
      sampler_ == SAMPLE_METHOD_COUNT ? sdcpp().sd_get_default_sample_method(context_.get()) : sampler_);
}

std::string Checkpoint::schedule() const {
  const auto sampler =
      sampler_ == SAMPLE_METHOD_COUNT ? sdcpp().sd_get_default_sample_method(context_.get()) : sampler_;
  return sdcpp().sd_scheduler_name(
      schedule_ == SCHEDULER_COUNT ? sdcpp().sd_get_default_scheduler(context_.get(), sampler) : schedule_);
}

Result<Image> Checkpoint::generate(const GenerationRequest& request) {
  const SdcppOptions& given = options_.sdcpp;
  const std::string lora_path = given.lora.string();
  const sd_lora_t lora{false, static_cast<float>(given.lora_strength), lora_path.c_str()};
  sd_img_gen_params_t params;
  sdcpp().sd_img_gen_params_init(&params);
  if (!lora_path.empty()) params.loras = &lora, params.lora_count = 1;
  params.prompt = request.prompt.c_str();
  params.negative_prompt = options_.negative_prompt.c_str();
  params.width = given.width;
  params.height = given.height;
  params.seed = library_seed(request.seed);
  if (given.clip_skip > 0) params.clip_skip = given.clip_skip;
  params.vae_tiling_params.enabled = given.vae_tiling;
  params.sample_params.sample_method = sampler_;
  params.sample_params.scheduler = schedule_;
  params.sample_params.sample_steps = options_.steps;
  params.sample_params.guidance.txt_cfg = static_cast<float>(options_.guidance);
  params.sample_params.guidance.distilled_guidance = static_cast<float>(given.distilled_guidance);
  if (given.flow_shift > 0) params.sample_params.flow_shift = static_cast<float>(given.flow_shift);
  const auto cannot = [&](const std::string& reason) {
    return failed(
        fmt::format("{}: no image of \"{}\", seed {:016x} ({})", name_, request.prompt, request.seed, reason));
  };
  const LibraryCall call;
  try {
    const LibraryImage made{sdcpp().generate_image(context_.get(), &params)};
    if (made.image == nullptr || made.image->data == nullptr || made.image->channel != 3)
      return cannot(call.reason("stable-diffusion.cpp does not say why"));
    if (!lora_path.empty()) {
      std::string part = call.complaint({"lora"});  // "Only (3 / 4) LoRA tensors have been applied"
      if (call.said_after("LoRA tensors have been applied").empty()) part = "no tensor of it belongs to this model";
      if (!part.empty())
        return bad_input(fmt::format("{}: is not a LoRA that stable-diffusion.cpp can add ({})", lora_path, part));
    }
    const Image image{static_cast<int>(made.image->width),
                      static_cast<int>(made.image->height),
                      {made.image->data, made.image->data + std::size_t{3} * made.image->width * made.image->height}};
    if (image.width == given.width && image.height == given.height) return image;
    return bad_input(
        fmt::format("{}: gives {} x {} pixels, not {} x {}; set generator.sdcpp.width and height to what it "
                    "gives",
                    name_, image.width, image.height, given.width, given.height));
  } catch (const std::exception& error) {
    return cannot(error.what());
  }
}

}  // namespace scotoma
