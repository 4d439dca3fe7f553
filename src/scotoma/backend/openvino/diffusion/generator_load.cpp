// SPDX-License-Identifier: Apache-2.0
// How the parts of a Stable Diffusion folder are found, checked against each other and given their static shapes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/openvino/diffusion/generator.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

const char* const kModel = "openvino_model.xml";

constexpr std::size_t kFewPositions = std::size_t{32} * 32;  ///< of latents: up to here attention in f32 is not fused
constexpr std::size_t kDecodedAtOnce =
    std::size_t{64} * 64;  ///< positions of latents: one image of 512 px, or 16 of 128 px

Result<void> only_inputs(const ov::Model& model, std::initializer_list<const char*> known,
                         const std::filesystem::path& path) {
  for (const char* name : known) {
    if (!find_port(const_cast<ov::Model&>(model).inputs(), name)) {
      return bad_input(
          fmt::format("{}: has no input '{}'; is it a part of a Stable Diffusion 1.x folder?", path.string(), name));
    }
  }
  if (model.inputs().size() == known.size()) return {};
  return bad_input(fmt::format(
      "{}: needs more inputs than Stable Diffusion 1.x has: {}; other layouts (SDXL, LCM) are not supported",
      path.string(), describe_ports(const_cast<ov::Model&>(model).inputs())));
}

/// Shape of the model's only output, which must hold reals. Some exports leave it open: then a run tells. Errors:
/// bad_input.
Result<ov::Shape> only_output(Network& network) {
  const auto outputs = network.compiled().outputs();
  if (outputs.size() != 1 || outputs[0].get_element_type() != ov::element::f32) {
    std::string has;
    for (const auto& port : outputs) {
      has += fmt::format(" {} {}", port.get_element_type().get_type_name(), port.get_partial_shape().to_string());
    }
    return bad_input(fmt::format("{}: must have one output, of f32; it has{}", network.subject(), has));
  }
  if (const auto known = static_shape(outputs[0])) return *known;
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network.call());
  for (const auto& port : network.compiled().inputs()) {
    ov::Tensor in = call.request().get_tensor(port);
    std::memset(in.data(), 0, in.get_byte_size());
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  return call.request().get_output_tensor().get_shape();
}

/// "sample_size" of the U-Net's config: a number or [height, width].
Result<std::pair<int, int>> sample_size(const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  const auto found = config.find("sample_size");
  if (found == config.end() || found->is_null()) {
    return bad_input(path.string() + ": 'sample_size' is missing: the images' size is not known");
  }
  const auto possible = [](const nlohmann::json& side) {
    return side.is_number_integer() && json_fits<int>(side) && side.get<int>() >= 1 && side.get<int>() <= 1024;
  };
  if (possible(*found)) return std::pair(found->get<int>(), found->get<int>());
  if (found->is_array() && found->size() == 2 && possible((*found)[0]) && possible((*found)[1])) {
    return std::pair((*found)[0].get<int>(), (*found)[1].get<int>());
  }
  return bad_input(fmt::format("{}: 'sample_size' must be a number from 1 to 1024, or two of them; it is {}",
                               path.string(), found->dump()));
}

}  // namespace

Result<std::unique_ptr<OpenvinoGenerator>> OpenvinoGenerator::load(const std::shared_ptr<Engine>& engine,
                                                                   const GeneratorOptions& options) {
  std::unique_ptr<OpenvinoGenerator> out(new OpenvinoGenerator);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

Result<void> OpenvinoGenerator::open(const std::shared_ptr<Engine>& engine, const GeneratorOptions& options) {
  engine_ = engine;
  folder_ = options.model;
  SCOTOMA_RETURN_IF_ERROR(check_model_folder(folder_, FolderOf::generator));
  SCOTOMA_RETURN_IF_ERROR(read_json_file(folder_ / "model_index.json"));
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  guidance_ = static_cast<float>(options.guidance);
  negative_prompt_ = options.negative_prompt;
  const auto schedule = folder_ / "scheduler" / "scheduler_config.json";
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(schedule));
  SCOTOMA_ASSIGN_OR_RETURN(scheduler_,
                           Scheduler::of_pipeline(config, {options.scheduler, options.steps, options.eta}, schedule));
  SCOTOMA_ASSIGN_OR_RETURN(tokenizer_, Tokenizer::load(*engine, folder_ / "tokenizer"));
  SCOTOMA_RETURN_IF_ERROR(open_unet(*engine));
  SCOTOMA_RETURN_IF_ERROR(open_decoder(*engine));
  return resolve_fingerprint(*engine, options);
}

Result<void> OpenvinoGenerator::open_unet(Engine& engine) {
  const auto path = folder_ / "unet" / kModel;
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto unet, with_f32_ports(raw, path));
  SCOTOMA_RETURN_IF_ERROR(only_inputs(*unet, {"sample", "timestep", "encoder_hidden_states"}, path));
  SCOTOMA_RETURN_IF_ERROR(resolve_types(*unet, path));
  const auto text_path = folder_ / "text_encoder" / kModel;
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw_text, engine.read(text_path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto text, with_f32_ports(raw_text, text_path));
  SCOTOMA_RETURN_IF_ERROR(only_inputs(*text, {"input_ids"}, text_path));
  const ov::PartialShape sample = unet->input("sample").get_partial_shape();
  const ov::PartialShape states = unet->input("encoder_hidden_states").get_partial_shape();
  const ov::PartialShape ids = text->input("input_ids").get_partial_shape();
  const bool fits = sample.rank() == 4 && states.rank() == 3 && ids.rank() == 2 && sample[1].is_static() &&
                    states[2].is_static() && unet->outputs().size() == 1;
  if (!fits) return bad_input(fmt::format("{}: unexpected shapes: {}", path.string(), describe_ports(unet->inputs())));
  text_length_ = tokenizer_->max_length();
  for (const auto& length : {ids[1], states[1]}) {
    if (length.is_static()) text_length_ = static_cast<std::size_t>(length.get_length());
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto size, sample_size(folder_ / "unet" / "config.json"));
  latent_ = {static_cast<std::size_t>(sample[1].get_length()), static_cast<std::size_t>(size.first),
             static_cast<std::size_t>(size.second)};
  const auto n = static_cast<std::int64_t>(guided() ? 2 * batch_ : batch_);
  const auto timestep = unet->input("timestep").get_partial_shape();
  std::map<std::string, ov::PartialShape> shapes = {
      {"sample", {n, sample[1], size.first, size.second}},
      {"encoder_hidden_states", {n, static_cast<std::int64_t>(text_length_), states[2]}}};
  if (timestep.rank() == 1) shapes["timestep"] = timestep[0].is_static() ? timestep : ov::PartialShape{n};
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*unet, shapes, path));
  const bool few = latent_[1] * latent_[2] <= kFewPositions;
  SCOTOMA_ASSIGN_OR_RETURN(unet_, engine.compile(unet, path, few ? Attention::plain : Attention::fused));
  SCOTOMA_ASSIGN_OR_RETURN(const ov::Shape output, only_output(*unet_));
  if (output != ov::Shape{static_cast<std::size_t>(n), latent_[0], latent_[1], latent_[2]}) {
    return bad_input(
        path.string() +
        ": the output has another shape than the sample; models that predict a variance are not supported");
  }
  return open_text_encoder(engine, text);
}

/// Types of the U-Net's ports. Where a sampler's timesteps are no whole numbers, the network must be able to hear them.
Result<void> OpenvinoGenerator::resolve_types(ov::Model& unet, const std::filesystem::path& path) {
  SCOTOMA_RETURN_IF_ERROR(check_types(
      unet.inputs(), {{"sample", Holds::floats}, {"encoder_hidden_states", Holds::floats}, {"timestep", Holds::either}},
      path));
  const auto steps = scheduler_.steps();
  const auto broken = std::find_if(steps.begin(), steps.end(),
                                   [](const SamplerStep& step) { return step.timestep != std::trunc(step.timestep); });
  if (broken == steps.end() || make_real(unet, "timestep")) return {};
  return bad_input(
      fmt::format("{}: 'timestep' takes whole numbers, and {} would tell it {}; choose another scheduler or "
                  "timestep_spacing \"leading\" or \"trailing\"",
                  path.string(), scheduler_.name(), broken->timestep));
}

Result<void> OpenvinoGenerator::open_text_encoder(Engine& engine, const std::shared_ptr<ov::Model>& model) {
  const auto path = folder_ / "text_encoder" / kModel;
  if (!find_port(model->outputs(), "last_hidden_state")) {
    return bad_input(
        fmt::format("{}: has no output 'last_hidden_state', but {}", path.string(), describe_ports(model->outputs())));
  }
  SCOTOMA_RETURN_IF_ERROR(check_types(model->inputs(), {{"input_ids", Holds::integers}}, path));
  SCOTOMA_RETURN_IF_ERROR(check_types(model->outputs(), {{"last_hidden_state", Holds::floats}}, path));
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*model, {{"input_ids", {1, static_cast<std::int64_t>(text_length_)}}}, path));
  words_ = embedding_rows(*model, "input_ids");
  SCOTOMA_ASSIGN_OR_RETURN(text_encoder_, engine.compile(model, path));
  const auto gives = static_shape(text_encoder_->compiled().output("last_hidden_state"));
  const auto takes = static_shape(unet_->compiled().input("encoder_hidden_states"));
  if (gives && takes && gives->size() == 3 && (*gives)[1] == (*takes)[1] && (*gives)[2] == (*takes)[2]) {
    SCOTOMA_RETURN_IF_ERROR(ids_of("a photo"));  // whether the tokenizer's ids are its words
    return {};
  }
  return bad_input(fmt::format("{}: the text encoder gives {}, the U-Net takes {}; do they belong together?",
                               folder_.string(), gives ? gives->to_string() : "an open shape",
                               takes ? takes->to_string() : "an open shape"));
}

Result<void> OpenvinoGenerator::open_decoder(Engine& engine) {
  const auto path = folder_ / "vae_decoder" / kModel;
  const auto config_path = folder_ / "vae_decoder" / "config.json";
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(config_path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto kind,
                           json_value<std::string>(config, "_class_name", "AutoencoderKL", config_path));
  SCOTOMA_ASSIGN_OR_RETURN(const double scaling, json_value(config, "scaling_factor",
                                                            kind == "AutoencoderTiny" ? 1.0 : 0.18215, config_path));
  SCOTOMA_ASSIGN_OR_RETURN(const double shift, json_value(config, "shift_factor", 0.0, config_path));
  const auto mean = config.find("latents_mean");
  if (!(scaling > 0) || (mean != config.end() && !mean->is_null())) {
    return bad_input(config_path.string() + ": scaling_factor must be positive, and latents_mean is not supported");
  }
  scaling_ = static_cast<float>(scaling);
  shift_ = static_cast<float>(shift);
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_f32_ports(raw, path));
  SCOTOMA_RETURN_IF_ERROR(only_inputs(*model, {"latent_sample"}, path));
  SCOTOMA_RETURN_IF_ERROR(check_types(model->inputs(), {{"latent_sample", Holds::floats}}, path));
  // As many rows at once as memory allows, and all calls equally full.
  const std::size_t positions = latent_[1] * latent_[2];
  const std::size_t most = std::max<std::size_t>(1, kDecodedAtOnce / positions);
  const std::size_t calls = (batch_ + most - 1) / most;
  decoded_at_once_ = (batch_ + calls - 1) / calls;
  const auto whole = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  SCOTOMA_RETURN_IF_ERROR(reshape_model(
      *model, {{"latent_sample", {whole(decoded_at_once_), whole(latent_[0]), whole(latent_[1]), whole(latent_[2])}}},
      path));
  SCOTOMA_ASSIGN_OR_RETURN(
      decoder_, engine.compile(model, path, positions <= kFewPositions ? Attention::plain : Attention::fused));
  SCOTOMA_ASSIGN_OR_RETURN(image_, only_output(*decoder_));
  if (image_.size() == 4 && image_[0] == decoded_at_once_ && image_[1] == 3) return {};
  return bad_input(fmt::format("{}: gives {} instead of images [{}, 3, height, width]", path.string(),
                               image_.to_string(), decoded_at_once_));
}

Result<void> OpenvinoGenerator::resolve_fingerprint(const Engine& engine, const GeneratorOptions& options) {
  auto settings = fmt::format("steps {} guidance {} scheduler {} batch {} precision {} {} {}", options.steps,
                              options.guidance, name_of(options.scheduler), batch_, unet_->precision(),
                              text_encoder_->precision(), decoder_->precision());
  if (options.eta > 0) settings += fmt::format(" eta {}", options.eta);
  if (!scheduler_.mended().empty()) settings += " " + scheduler_.mended();
  SCOTOMA_ASSIGN_OR_RETURN(
      fingerprint_,
      model_fingerprint(engine, "generator",
                        {folder_ / "scheduler" / "scheduler_config.json", tokenizer_->file(),
                         folder_ / "text_encoder" / kModel, folder_ / "unet" / kModel, folder_ / "unet" / "config.json",
                         folder_ / "vae_decoder" / kModel, folder_ / "vae_decoder" / "config.json"},
                        {settings, guided() ? negative_prompt_ : "", std::to_string(text_length_)}));
  return {};
}

}  // namespace scotoma
