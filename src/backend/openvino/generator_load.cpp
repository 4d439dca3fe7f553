// How the parts of a Stable Diffusion folder are found, checked against each other and given their static shapes.
#include <fmt/format.h>

#include "backend/openvino/fingerprint.h"
#include "backend/openvino/generator.h"
#include "backend/openvino/json_file.h"

namespace scotoma {
namespace {

const char* const kModel = "openvino_model.xml";

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

Result<void> float_ports(const std::vector<ov::Output<ov::Node>>& ports, const std::filesystem::path& path) {
  for (const auto& port : ports) {
    const ov::element::Type type = port.get_element_type();
    if (type == ov::element::f32 || type == ov::element::i64 || type == ov::element::i32) continue;
    return bad_input(fmt::format("{}: inputs and outputs of type {} are not supported; export with f32 ones",
                                 path.string(), type.get_type_name()));
  }
  return {};
}

/// "sample_size" of the U-Net's config: a number or [height, width].
Result<std::pair<int, int>> sample_size(const std::filesystem::path& path) {
  SCOTOMA_TRY(const auto config, read_json_file(path));
  const auto found = config.find("sample_size");
  if (found != config.end() && found->is_number_integer()) return std::pair(found->get<int>(), found->get<int>());
  if (found != config.end() && found->is_array() && found->size() == 2) {
    SCOTOMA_TRY(const auto both, json_value<std::vector<int>>(config, "sample_size", {}, path));
    return std::pair(both[0], both[1]);
  }
  return bad_input(path.string() + ": 'sample_size' is missing: the pictures' size is not known");
}

}  // namespace

Result<std::unique_ptr<OpenvinoGenerator>> OpenvinoGenerator::load(const std::shared_ptr<Engine>& engine,
                                                                   const GeneratorOptions& options) {
  std::unique_ptr<OpenvinoGenerator> out(new OpenvinoGenerator);
  SCOTOMA_CHECK(out->open(engine, options));
  return out;
}

Result<void> OpenvinoGenerator::open(const std::shared_ptr<Engine>& engine, const GeneratorOptions& options) {
  folder_ = options.model;
  if (!std::filesystem::is_directory(folder_)) {
    return bad_input(
        fmt::format("{}: no such folder; a Stable Diffusion 1.x folder as OpenVINO IR is expected", folder_.string()));
  }
  SCOTOMA_TRY(const auto index, read_json_file(folder_ / "model_index.json"));
  if (index.contains("text_encoder_2") || index.contains("transformer")) {
    return bad_input(fmt::format("{}: a pipeline of the class {}; only the Stable Diffusion 1.x layout is supported",
                                 folder_.string(), index.value("_class_name", "?")));
  }
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  guidance_ = static_cast<float>(options.guidance);
  negative_prompt_ = options.negative_prompt;
  const auto schedule = folder_ / "scheduler" / "scheduler_config.json";
  SCOTOMA_TRY(const auto config, read_json_file(schedule));
  SCOTOMA_TRY(scheduler_, Scheduler::create(config, options.scheduler, options.steps, schedule));
  SCOTOMA_TRY(tokenizer_, Tokenizer::load(*engine, folder_ / "tokenizer"));
  SCOTOMA_CHECK(open_unet(*engine));
  SCOTOMA_CHECK(open_decoder(*engine));
  return settle_fingerprint(options);
}

Result<void> OpenvinoGenerator::open_unet(Engine& engine) {
  const auto path = folder_ / "unet" / kModel;
  SCOTOMA_TRY(const auto unet, engine.read(path));
  SCOTOMA_CHECK(only_inputs(*unet, {"sample", "timestep", "encoder_hidden_states"}, path));
  SCOTOMA_CHECK(float_ports(unet->inputs(), path));
  SCOTOMA_CHECK(float_ports(unet->outputs(), path));
  const auto text_path = folder_ / "text_encoder" / kModel;
  SCOTOMA_TRY(const auto text, engine.read(text_path));
  SCOTOMA_CHECK(only_inputs(*text, {"input_ids"}, text_path));
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
  SCOTOMA_TRY(const auto size, sample_size(folder_ / "unet" / "config.json"));
  latent_ = {static_cast<std::size_t>(sample[1].get_length()), static_cast<std::size_t>(size.first),
             static_cast<std::size_t>(size.second)};
  const auto n = static_cast<std::int64_t>(guided() ? 2 * batch_ : batch_);
  const auto timestep = unet->input("timestep").get_partial_shape();
  std::map<std::string, ov::PartialShape> shapes = {
      {"sample", {n, sample[1], size.first, size.second}},
      {"encoder_hidden_states", {n, static_cast<std::int64_t>(text_length_), states[2]}}};
  if (timestep.rank() == 1) shapes["timestep"] = timestep[0].is_static() ? timestep : ov::PartialShape{n};
  SCOTOMA_CHECK(reshape_model(*unet, shapes, path));
  SCOTOMA_TRY(unet_, engine.compile(unet, path));
  if (unet_->compiled().output().get_shape() != unet_->compiled().input("sample").get_shape()) {
    return bad_input(
        path.string() +
        ": the output has another shape than the sample; models that predict a variance are not supported");
  }
  return open_text_encoder(engine, text);
}

Result<void> OpenvinoGenerator::open_text_encoder(Engine& engine, const std::shared_ptr<ov::Model>& model) {
  const auto path = folder_ / "text_encoder" / kModel;
  if (!find_port(model->outputs(), "last_hidden_state")) {
    return bad_input(
        fmt::format("{}: has no output 'last_hidden_state', but {}", path.string(), describe_ports(model->outputs())));
  }
  SCOTOMA_CHECK(reshape_model(*model, {{"input_ids", {1, static_cast<std::int64_t>(text_length_)}}}, path));
  SCOTOMA_TRY(text_encoder_, engine.compile(model, path));
  const ov::Shape gives = text_encoder_->compiled().output("last_hidden_state").get_shape();
  const ov::Shape takes = unet_->compiled().input("encoder_hidden_states").get_shape();
  if (gives.size() == 3 && gives[1] == takes[1] && gives[2] == takes[2]) return {};
  return bad_input(fmt::format("{}: the text encoder gives {}, the U-Net takes {}; do they belong together?",
                               folder_.string(), gives.to_string(), takes.to_string()));
}

Result<void> OpenvinoGenerator::open_decoder(Engine& engine) {
  const auto path = folder_ / "vae_decoder" / kModel;
  const auto config_path = folder_ / "vae_decoder" / "config.json";
  SCOTOMA_TRY(const auto config, read_json_file(config_path));
  SCOTOMA_TRY(const auto kind, json_value<std::string>(config, "_class_name", "AutoencoderKL", config_path));
  SCOTOMA_TRY(const double scaling,
              json_value(config, "scaling_factor", kind == "AutoencoderTiny" ? 1.0 : 0.18215, config_path));
  SCOTOMA_TRY(const double shift, json_value(config, "shift_factor", 0.0, config_path));
  const auto mean = config.find("latents_mean");
  if (scaling <= 0 || (mean != config.end() && !mean->is_null())) {
    return bad_input(config_path.string() + ": scaling_factor must be positive, and latents_mean is not supported");
  }
  scaling_ = static_cast<float>(scaling);
  shift_ = static_cast<float>(shift);
  SCOTOMA_TRY(const auto model, engine.read(path));
  SCOTOMA_CHECK(only_inputs(*model, {"latent_sample"}, path));
  SCOTOMA_CHECK(float_ports(model->outputs(), path));
  const auto whole = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  SCOTOMA_CHECK(reshape_model(
      *model, {{"latent_sample", {whole(batch_), whole(latent_[0]), whole(latent_[1]), whole(latent_[2])}}}, path));
  if (model->outputs().size() != 1) return bad_input(path.string() + ": must have one output");
  // The picture's shape is only known for sure once compiled: some exports leave it open.
  SCOTOMA_TRY(decoder_, engine.compile(model, path));
  return {};
}

Result<void> OpenvinoGenerator::settle_fingerprint(const GeneratorOptions& options) {
  const auto settings =
      fmt::format("steps {} guidance {} scheduler {} batch {} precision {} {} {}", options.steps, options.guidance,
                  options.scheduler, batch_, unet_->precision(), text_encoder_->precision(), decoder_->precision());
  SCOTOMA_TRY(
      fingerprint_,
      model_fingerprint("generator",
                        {folder_ / "scheduler" / "scheduler_config.json", tokenizer_->file(),
                         folder_ / "text_encoder" / kModel, folder_ / "unet" / kModel, folder_ / "unet" / "config.json",
                         folder_ / "vae_decoder" / kModel, folder_ / "vae_decoder" / "config.json"},
                        {settings, guided() ? negative_prompt_ : "", std::to_string(text_length_)}));
  return {};
}

}  // namespace scotoma
