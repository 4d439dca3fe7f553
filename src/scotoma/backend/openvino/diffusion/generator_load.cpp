// SPDX-License-Identifier: Apache-2.0
// How the parts of a text-to-image folder are found, checked against each other and given their static shapes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/openvino/diffusion/generator.h"
#include "scotoma/backend/openvino/diffusion/parts.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr std::size_t kFewPositions = std::size_t{32} * 32;  ///< of latents: up to here attention in f32 is not fused
constexpr std::size_t kDecodedAtOnce =
    std::size_t{64} * 64;  ///< positions of latents: one image of 512 px, or 16 of 128 px

constexpr std::size_t kUsualLength = 77;  ///< ids of a text, for an estimate

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

/// Pixels of an image's side for one position of the latents: the decoder doubles the size between its blocks.
Result<int> pixels_of_latent(const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  const auto blocks = config.find("block_out_channels");
  if (blocks != config.end() && blocks->is_array() && !blocks->empty() && blocks->size() <= 8) {
    return 1 << (blocks->size() - 1);
  }
  return bad_input(path.string() +
                   ": 'block_out_channels' must be a list: without it generator.width and generator.height cannot be "
                   "turned into the size of latents");
}

/// Whether older programs took other timesteps than diffusers does for such a file: what they generated is not
/// recalled.
bool had_other_timesteps(const nlohmann::json& config) {
  const auto is = [&](const char* key) { return config.contains(key) && config[key] == true; };
  const bool cosine = config.contains("beta_schedule") && config["beta_schedule"] == "squaredcos_cap_v2";
  return is("use_karras_sigmas") && (cosine || is("rescale_betas_zero_snr"));
}

/// The first timestep that is no whole number, if any.
std::optional<double> broken_timestep(const Scheduler& scheduler) {
  const auto steps = scheduler.steps();
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [](const SamplerStep& step) { return step.timestep != std::trunc(step.timestep); });
  return found == steps.end() ? std::nullopt : std::optional<double>(found->timestep);
}

}  // namespace

Result<std::unique_ptr<OpenvinoGenerator>> OpenvinoGenerator::load(const std::shared_ptr<Engine>& engine,
                                                                   const GeneratorOptions& options) {
  std::unique_ptr<OpenvinoGenerator> out(new OpenvinoGenerator);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

Result<std::unique_ptr<OpenvinoGenerator>> OpenvinoGenerator::load_beside(const OpenvinoGenerator& other,
                                                                          const GeneratorOptions& options) {
  std::unique_ptr<OpenvinoGenerator> out(new OpenvinoGenerator);
  SCOTOMA_ASSIGN_OR_RETURN(const bool shared, out->open_shared(other, options));
  if (!shared) return load(other.engine_, options);
  return out;
}

/// Whether the other's networks will do, and then all that is needed beside them.
Result<bool> OpenvinoGenerator::open_shared(const OpenvinoGenerator& other, const GeneratorOptions& options) {
  const GeneratorOptions& own = other.options_;
  if (options.model != own.model || options.width != own.width || options.height != own.height ||
      options.batch != own.batch || options.guidance != own.guidance)
    return false;
  engine_ = other.engine_;
  options_ = options;
  folder_ = options.model;
  kind_ = other.kind_;
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, resolve_scheduler(options));
  if (broken_timestep(scheduler_) && !other.hears_real_timesteps()) return false;
  unet_ = other.unet_;
  decoder_ = other.decoder_;
  family_ = other.family_;
  batch_ = other.batch_;
  decoded_at_once_ = other.decoded_at_once_;
  image_ = other.image_;
  guidance_ = other.guidance_;
  negative_prompt_ = other.negative_prompt_;
  latent_ = other.latent_;
  scaling_ = other.scaling_;
  shift_ = other.shift_;
  streams_ = other.streams_;
  memory_ = other.memory_;
  at_once_ = other.at_once_;
  concurrency_ = other.concurrency_;
  shares_ = true;
  SCOTOMA_RETURN_IF_ERROR(resolve_fingerprint(*engine_, options, had_other_timesteps(config)));
  return true;
}

bool OpenvinoGenerator::hears_real_timesteps() const {
  const auto inputs = unet_->compiled().inputs();
  return std::any_of(inputs.begin(), inputs.end(), [](const auto& port) {
    return port.get_names().contains("timestep") && port.get_element_type().is_real();
  });
}

/// The sampler of the folder's config, which comes back.
Result<nlohmann::json> OpenvinoGenerator::resolve_scheduler(const GeneratorOptions& options) {
  const auto schedule = folder_ / "scheduler" / "scheduler_config.json";
  SCOTOMA_ASSIGN_OR_RETURN(auto config, read_json_file(schedule));
  // Of diffusers' pipelines only StableDiffusionPipeline repairs old configs.
  const auto plan = kind_ == FamilyKind::stable_diffusion ? Scheduler::of_pipeline : Scheduler::create;
  SCOTOMA_ASSIGN_OR_RETURN(scheduler_, plan(config, {options.scheduler, options.steps, options.eta}, schedule));
  return config;
}

Result<void> OpenvinoGenerator::open(const std::shared_ptr<Engine>& engine, const GeneratorOptions& options) {
  engine_ = engine;
  options_ = options;
  folder_ = options.model;
  SCOTOMA_RETURN_IF_ERROR(check_model_folder(folder_, FolderOf::generator));
  SCOTOMA_ASSIGN_OR_RETURN(const auto index, read_json_file(folder_ / "model_index.json"));
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  guidance_ = static_cast<float>(options.guidance);
  negative_prompt_ = options.negative_prompt;
  const auto path = folder_ / "unet" / kModelFile;
  SCOTOMA_ASSIGN_OR_RETURN(const auto unet,
                           read_open_part(*engine, path, {"sample", "timestep", "encoder_hidden_states"}));
  const bool fits = unet->input("sample").get_partial_shape().rank() == 4 && unet->outputs().size() == 1 &&
                    unet->input("sample").get_partial_shape()[1].is_static();
  if (!fits) return bad_input(fmt::format("{}: unexpected shapes: {}", path.string(), describe_ports(unet->inputs())));
  SCOTOMA_ASSIGN_OR_RETURN(kind_, family_of(*unet, index, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, resolve_scheduler(options));
  SCOTOMA_RETURN_IF_ERROR(resolve_size(*unet, options));
  streams_ = {std::max(1, options.threads), options.streams};
  SCOTOMA_RETURN_IF_ERROR(open_decoder(*engine, unet));
  SCOTOMA_RETURN_IF_ERROR(check_size(options));
  SCOTOMA_ASSIGN_OR_RETURN(
      family_, open_family(kind_, *engine, {folder_, index, unet, path, image_[3], image_[2], options.guidance}));
  SCOTOMA_RETURN_IF_ERROR(open_unet(*engine, unet));
  return resolve_fingerprint(*engine, options, had_other_timesteps(config));
}

/// The latents' shape: the folder's, or that of the size that the options name.
Result<void> OpenvinoGenerator::resolve_size(const ov::Model& unet, const GeneratorOptions& options) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto usual, sample_size(folder_ / "unet" / "config.json"));
  latent_ = {static_cast<std::size_t>(unet.input("sample").get_partial_shape()[1].get_length()),
             static_cast<std::size_t>(usual.first), static_cast<std::size_t>(usual.second)};
  if (options.width == 0 && options.height == 0) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const int scale, pixels_of_latent(folder_ / "vae_decoder" / "config.json"));
  for (const auto& [name, asked, side] :
       {std::tuple("width", options.width, &latent_[2]), std::tuple("height", options.height, &latent_[1])}) {
    if (asked % scale != 0) {
      return bad_input(fmt::format("generator.{} is {}; it must be a multiple of {}, as {}'s decoder gives images",
                                   name, asked, scale, folder_.string()));
    }
    if (asked > 0) *side = static_cast<std::size_t>(asked / scale);
  }
  return {};
}

/// Whether the decoder gives the size that was asked for: what its config says need not be what it does.
Result<void> OpenvinoGenerator::check_size(const GeneratorOptions& options) const {
  const auto differs = [](int asked, std::size_t given) {
    return asked > 0 && static_cast<std::size_t>(asked) != given;
  };
  if (!differs(options.width, image_[3]) && !differs(options.height, image_[2])) return {};
  return bad_input(
      fmt::format("{}: gives images of {} x {} where {} x {} was asked for: its config.json's "
                  "block_out_channels are another decoder's",
                  decoder_->subject(), image_[3], image_[2], options.width, options.height));
}

/// Of all the U-Net's inputs, for a call of rows().
std::map<std::string, ov::PartialShape> OpenvinoGenerator::unet_shapes(const ov::Model& unet,
                                                                       std::size_t text_length) const {
  const auto whole = [](std::size_t number) { return static_cast<std::int64_t>(number); };
  const std::int64_t n = whole(rows());
  std::map<std::string, ov::PartialShape> shapes = {
      {"sample", {n, whole(latent_[0]), whole(latent_[1]), whole(latent_[2])}}};
  for (const char* name : {"timestep", "encoder_hidden_states", "text_embeds", "time_ids", "timestep_cond"}) {
    const auto port = find_port(const_cast<ov::Model&>(unet).inputs(), name);
    if (!port || port->get_partial_shape().rank().is_dynamic() || port->get_partial_shape().size() == 0) continue;
    ov::PartialShape& shape = shapes[name] = port->get_partial_shape();
    const bool step = std::string_view(name) == "timestep";
    if (!step || shape[0].is_dynamic()) shape[0] = n;
    if (shape.size() == 3) shape[1] = whole(text_length);
  }
  return shapes;
}

/// How many batches are generated at once: what the threads allow, less where half of the memory that is left holds
/// fewer. No image depends on it.
Result<void> OpenvinoGenerator::resolve_streams(const Engine& engine, const std::shared_ptr<ov::Model>& unet,
                                                const ov::Model& decoder) {
  const auto copy = unet->clone();  // which shares the weights
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*copy, unet_shapes(*unet, text_length(*unet).value_or(kUsualLength)),
                                        folder_ / "unet" / kModelFile));
  memory_ = estimate_memory(*copy) + estimate_memory(decoder);
  const auto by_threads = static_cast<std::uint64_t>(std::max(1, engine.threads() / streams_.threads));
  std::uint64_t most = by_threads;
  if (streams_.at_once > 0) {
    most = std::min(most, static_cast<std::uint64_t>(streams_.at_once));
  } else if (const std::uint64_t left = available_memory() / 2; left > 0 && memory_.activations > 0) {
    const std::uint64_t beside = left > memory_.weights ? left - memory_.weights : 0;
    most = std::min(most, std::max<std::uint64_t>(1, beside / memory_.activations));
  }
  at_once_ = most;
  if (most < by_threads) concurrency_ = most;
  streams_.at_once = static_cast<int>(most);
  return {};
}

Result<void> OpenvinoGenerator::open_unet(Engine& engine, const std::shared_ptr<ov::Model>& unet) {
  const auto path = folder_ / "unet" / kModelFile;
  SCOTOMA_RETURN_IF_ERROR(resolve_types(*unet, path));
  const auto shapes = unet_shapes(*unet, family_->encoders().front()->length());
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*unet, shapes, path));
  const bool few = latent_[1] * latent_[2] <= kFewPositions;
  SCOTOMA_ASSIGN_OR_RETURN(unet_, engine.compile(unet, path, few ? Attention::plain : Attention::fused, streams_));
  SCOTOMA_ASSIGN_OR_RETURN(const ov::Shape output, only_output(*unet_));
  if (output == ov::Shape{rows(), latent_[0], latent_[1], latent_[2]}) return {};
  return bad_input(path.string() +
                   ": the output has another shape than the sample; models that predict a variance are not supported");
}

/// Types of the U-Net's ports. Where a sampler's timesteps are no whole numbers, the network must be able to hear them.
Result<void> OpenvinoGenerator::resolve_types(ov::Model& unet, const std::filesystem::path& path) {
  SCOTOMA_RETURN_IF_ERROR(check_types(unet.inputs(),
                                      {{"sample", Holds::floats},
                                       {"encoder_hidden_states", Holds::floats},
                                       {"timestep", Holds::either},
                                       {"text_embeds", Holds::floats},
                                       {"time_ids", Holds::floats},
                                       {"timestep_cond", Holds::floats}},
                                      path));
  const auto broken = broken_timestep(scheduler_);
  if (!broken || make_real(unet, "timestep")) return {};
  return bad_input(
      fmt::format("{}: 'timestep' takes whole numbers, and {} would tell it {}; choose another scheduler or "
                  "timestep_spacing \"leading\" or \"trailing\"",
                  path.string(), scheduler_.name(), *broken));
}

Result<void> OpenvinoGenerator::open_decoder(Engine& engine, const std::shared_ptr<ov::Model>& unet) {
  const auto path = folder_ / "vae_decoder" / kModelFile;
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
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, read_part(engine, path, {"latent_sample"}));
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
  SCOTOMA_RETURN_IF_ERROR(resolve_streams(engine, unet, *model));
  SCOTOMA_ASSIGN_OR_RETURN(
      decoder_,
      engine.compile(model, path, positions <= kFewPositions ? Attention::plain : Attention::fused, streams_));
  SCOTOMA_ASSIGN_OR_RETURN(image_, only_output(*decoder_));
  if (image_.size() == 4 && image_[0] == decoded_at_once_ && image_[1] == 3) return {};
  return bad_input(fmt::format("{}: gives {} instead of images [{}, 3, height, width]", path.string(),
                               image_.to_string(), decoded_at_once_));
}

/// Of Stable Diffusion 1.x at its own size the files and settings are those of the first release: its images stay
/// remembered.
Result<void> OpenvinoGenerator::resolve_fingerprint(const Engine& engine, const GeneratorOptions& options,
                                                    bool other_timesteps) {
  const auto encoders = family_->encoders();
  std::string precisions = unet_->precision();
  for (const TextEncoder* encoder : encoders) precisions += " " + encoder->network().precision();
  auto settings = fmt::format("steps {} guidance {} scheduler {} batch {} precision {} {}", options.steps,
                              options.guidance, name_of(options.scheduler), batch_, precisions, decoder_->precision());
  if (options.eta > 0) settings += fmt::format(" eta {}", options.eta);
  if (other_timesteps) settings += " timesteps as in diffusers 0.39";
  if (!scheduler_.mended().empty()) settings += " " + scheduler_.mended();
  if (!family_->settings().empty()) settings += " " + family_->settings();
  if (options.width != 0 || options.height != 0) settings += fmt::format(" size {} x {}", image_[3], image_[2]);
  if (streams_.threads != 1) settings += fmt::format(" threads {}", streams_.threads);
  std::vector<std::filesystem::path> files = {folder_ / "scheduler" / "scheduler_config.json"};
  for (const TextEncoder* encoder : encoders) {
    files.push_back(encoder->tokenizer().file());
    files.emplace_back(encoder->network().subject());
  }
  for (const char* part : {"unet", "vae_decoder"}) {
    files.push_back(folder_ / part / kModelFile);
    files.push_back(folder_ / part / "config.json");
  }
  SCOTOMA_ASSIGN_OR_RETURN(fingerprint_, model_fingerprint(engine, "generator", files,
                                                           {settings, guided() ? negative_prompt_ : "",
                                                            std::to_string(encoders.front()->length())}));
  return {};
}

}  // namespace scotoma
