// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/diffusion/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

using Ports = std::vector<ov::Output<ov::Node>>;

constexpr const char* kTake = "give a text-to-image model of Stable Diffusion, SDXL or LCM";

/// Inputs of U-Nets that are parts of other pipelines.
struct OtherInput {
  std::string_view part;  ///< of its name
  std::string_view what;
};
constexpr std::array<OtherInput, 6> kOthers = {{
    {"additional_residual", "what a ControlNet or an adapter adds; export the pipeline without it"},
    {"controlnet", "what a ControlNet adds; export the pipeline without it"},
    {"image_embeds", "an image, as IP-Adapter and Kandinsky take it; export the pipeline without it"},
    {"class_labels", "the noise of a small image, as Stable Diffusion's upscaler takes it"},
    {"image_hint", "an image, as Kandinsky's ControlNet takes it"},
    {"noise_cond", "the noise of another image"},
}};

Ports ports_of(const ov::Model& model) { return const_cast<ov::Model&>(model).inputs(); }

Result<void> check_no_others(const Ports& inputs, const std::string& path) {
  constexpr std::array<std::string_view, 6> kKnown = {"sample",      "timestep", "encoder_hidden_states",
                                                      "text_embeds", "time_ids", "timestep_cond"};
  for (const auto& port : inputs) {
    const auto& names = port.get_names();
    if (std::any_of(kKnown.begin(), kKnown.end(),
                    [&](std::string_view known) { return names.contains(std::string(known)); }))
      continue;
    const std::string name = names.empty() ? "(no name)" : port.get_any_name();
    for (const OtherInput& other : kOthers) {
      if (name.find(other.part) == std::string::npos) continue;
      return bad_input(fmt::format("{}: its input '{}' is {}; {}", path, name, other.what, kTake));
    }
    return bad_input(fmt::format("{}: unknown input '{}' among {}; {}", path, name, describe_ports(inputs), kTake));
  }
  return {};
}

/// Latents go in and noise of their shape comes out; U-Nets that also see an image have more channels.
Result<void> check_channels(const ov::Model& unet, const std::string& path) {
  const ov::PartialShape in = unet.input("sample").get_partial_shape();
  const ov::PartialShape out = unet.output(0).get_partial_shape();
  if (in.rank() != 4 || out.rank() != 4 || in[1].is_dynamic() || out[1].is_dynamic() || in[1] == out[1]) return {};
  if (in[1].get_length() > out[1].get_length()) {
    return bad_input(fmt::format(
        "{}: takes {} channels where it gives {}: it sees an image beside the latents, as inpainting, depth "
        "and editing models do, and there is none here; {}",
        path, in[1].get_length(), out[1].get_length(), kTake));
  }
  return bad_input(path +
                   ": the output has another shape than the sample; models that predict a variance are not supported");
}

}  // namespace

Result<std::size_t> row_width(const FamilyFolder& folder, const std::string& input) {
  const ov::PartialShape shape = folder.unet->input(input).get_partial_shape();
  if (shape.rank().is_static() && shape.rank().get_length() >= 2 && shape[shape.size() - 1].is_static()) {
    return static_cast<std::size_t>(shape[shape.size() - 1].get_length());
  }
  return bad_input(
      fmt::format("{}: unexpected shapes: {}", folder.unet_path.string(), describe_ports(folder.unet->inputs())));
}

std::optional<std::size_t> text_length(const ov::Model& unet) {
  const ov::PartialShape states = unet.input("encoder_hidden_states").get_partial_shape();
  if (states.rank() != 3 || states[1].is_dynamic()) return std::nullopt;
  return static_cast<std::size_t>(states[1].get_length());
}

Result<FamilyKind> family_of(const ov::Model& unet, const nlohmann::json& index, const std::filesystem::path& path) {
  const Ports inputs = ports_of(unet);
  SCOTOMA_RETURN_IF_ERROR(check_no_others(inputs, path.string()));
  SCOTOMA_RETURN_IF_ERROR(check_channels(unet, path.string()));
  const auto has = [&](const char* name) { return find_port(inputs, name).has_value(); };
  const bool xl = has("time_ids");
  const bool told = has("timestep_cond");
  SCOTOMA_ASSIGN_OR_RETURN(const auto pipeline, json_value<std::string>(index, "_class_name", "", path));
  const auto lacks = [&](const char* name) {
    return bad_input(
        fmt::format("{}: has no input '{}', which a {} needs, but {}; was it exported with "
                    "--task text-to-image?",
                    path.string(), name, pipeline.empty() ? "U-Net of SDXL" : pipeline, describe_ports(inputs)));
  };
  if (xl != has("text_embeds")) return lacks(xl ? "text_embeds" : "time_ids");
  if (!xl && pipeline.find("StableDiffusionXL") != std::string::npos) return lacks("time_ids");
  if (!told && pipeline.find("LatentConsistency") != std::string::npos) return lacks("timestep_cond");
  if (xl) return told ? FamilyKind::sdxl_lcm : FamilyKind::sdxl;
  return told ? FamilyKind::lcm : FamilyKind::stable_diffusion;
}

Result<std::unique_ptr<Family>> open_family(FamilyKind kind, Engine& engine, const FamilyFolder& folder) {
  const bool xl = kind == FamilyKind::sdxl || kind == FamilyKind::sdxl_lcm;
  SCOTOMA_ASSIGN_OR_RETURN(auto family, xl ? open_sdxl(engine, folder) : open_stable_diffusion(engine, folder));
  if (kind == FamilyKind::lcm || kind == FamilyKind::sdxl_lcm) return open_lcm(std::move(family), folder);
  return family;
}

}  // namespace scotoma
