// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/files/pipeline_class.h"
#include "scotoma/backend/files/vision_family.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAsItIs =
    "or set generator.kind = \"sdcpp\", which runs it without an export (docs/downloaded-checkpoints.md)";
constexpr const char* kOptimum = "pip install \"optimum-intel[openvino,diffusers]\"";
constexpr const char* kCaptionersAre =
    "supported are encoder-decoders such as ViT with GPT-2 (model_type vision-encoder-decoder, for example "
    "nlpconnect/vit-gpt2-image-captioning), BLIP (model_type blip), GIT (model_type git), and the vision-language "
    "models "
    "LLaVA 1.5, Gemma 3, SmolVLM and Idefics 3";

/// Whether the folder holds weights as PyTorch's libraries save them.
bool has_torch_weights(const fs::path& folder) {
  std::error_code stop;
  for (fs::directory_iterator at(folder, stop), end; !stop && at != end; at.increment(stop)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(".safetensors") || name.ends_with(".ckpt") || name.ends_with(".index.json")) return true;
    const bool torch = name.starts_with("pytorch_model") || name.starts_with("diffusion_pytorch_model");
    if (torch && name.ends_with(".bin")) return true;
  }
  return false;
}

bool has_file(const fs::path& folder, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return is_file(folder / name); });
}

/// A text of a JSON file in the folder; empty where there is none.
std::string text_of(const fs::path& folder, const char* file, const char* key) {
  if (!is_file(folder / file)) return {};
  const auto json = read_json_file(folder / file);
  if (!json.ok()) return {};
  const auto value = json_value<std::string>(*json, key, "", folder / file);
  return value.ok() ? *value : "";
}

/// The command that exports a checkpoint.
std::string command(const std::string& checkpoint, const char* task) {
  const std::string out = checkpoint == "CHECKPOINT" ? "OUT" : checkpoint + "-openvino";
  return fmt::format("{} && optimum-cli export openvino --model {} --task {} {}", kOptimum, checkpoint, task, out);
}

/// A path without the slash at its end, to which something can be added.
std::string plain(const fs::path& folder) {
  std::string out = folder.lexically_normal().string();
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

/// "models--OWNER--NAME" holds snapshots/HASH, and that the model.
Result<void> check_cache(const fs::path& folder) {
  if (!is_folder(folder / "snapshots") || !is_folder(folder / "blobs")) return {};
  std::error_code stop;
  for (fs::directory_iterator at(folder / "snapshots", stop), end; !stop && at != end; at.increment(stop)) {
    return bad_input(
        fmt::format("{}: the folder of a Hugging Face cache; the model is one of those under snapshots, for "
                    "example {}",
                    folder.string(), at->path().string()));
  }
  return bad_input(fmt::format("{}: the folder of a Hugging Face cache, without a snapshot", folder.string()));
}

// --- generators ---

constexpr const char* kDiffusionIs =
    "supported are text-to-image models of Stable Diffusion 1.x and 2.x (StableDiffusionPipeline), SDXL "
    "(StableDiffusionXLPipeline) and LCM (LatentConsistencyModelPipeline), the turbo ones too, and what was tuned from "
    "them: export one of these";

Result<void> check_generator(const fs::path& folder) {
  const std::string name = folder.string();
  if (!is_file(folder / "model_index.json")) {
    const std::string type = text_of(folder, "config.json", "model_type");
    if (!type.empty()) {
      return bad_input(
          fmt::format("{}: a model of the kind '{}', which generates no images; {}", name, type, kDiffusionIs));
    }
    if (!has_torch_weights(folder)) return {};
    return bad_input(fmt::format(
        "{}: weights without model_index.json. Of a single file diffusers makes a folder: python -c \"from "
        "diffusers import "
        "StableDiffusionPipeline as P; P.from_single_file('FILE').save_pretrained('CHECKPOINT')\"; then {}; {}",
        name, command("CHECKPOINT", "text-to-image"), kAsItIs));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto index, read_json_file(folder / "model_index.json"));
  SCOTOMA_ASSIGN_OR_RETURN(const auto kind,
                           json_value<std::string>(index, "_class_name", "?", folder / "model_index.json"));
  if (const std::string what = other_pipeline(kind, index); !what.empty()) {
    return bad_input(fmt::format("{}: a pipeline of the class {}: {}; {}", name, kind, what, kDiffusionIs));
  }
  if (is_file(folder / "unet" / "openvino_model.xml")) return {};
  if (has_torch_weights(folder / "unet")) {
    return bad_input(
        fmt::format("{}: holds PyTorch's weights, as diffusers saves them; export it and give the new folder: {}; {}",
                    name, command(plain(folder), "text-to-image"), kAsItIs));
  }
  if (!has_file(folder / "unet", {"model.onnx"})) return {};
  return bad_input(
      fmt::format("{}: an export to ONNX; OpenVINO IR is needed, from the checkpoint that it was made of: {}", name,
                  command("CHECKPOINT", "text-to-image")));
}

// --- captioners ---

/// Why a kind of captioner does not run here; empty for those that nobody asked for yet.
std::string_view why_not(std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"florence2", "Florence-2, whose captions are asked for by words of its own"},
      {"blip-2", "BLIP-2, a language model that reads what a third network made of the image"},
      {"instructblip", "InstructBLIP, a language model that reads what a third network made of the image"},
      {"pix2struct", "Pix2Struct, which cuts images of any size into patches itself"},
      {"kosmos-2", "Kosmos-2, whose captions hold places of the image"}};
  for (const auto& [kind, why] : kOthers) {
    if (kind == type) return why;
  }
  return {};
}

/// The command that exports a captioner which optimum-intel does not know.
std::string own_export(const fs::path& folder) {
  const std::string checkpoint = plain(folder);
  return fmt::format(
      "pip install -r python/export/requirements-captioner.txt && python/export/captioner.py {0} "
      "{0}-openvino",
      checkpoint);
}

/// Of a checkpoint whose family runs: how it is exported.
Result<void> advise_export(const VisionFamily& family, const fs::path& folder) {
  return bad_input(
      fmt::format("{}: a checkpoint of a vision-language model ({}); export it and give the new folder: "
                  "{}{}",
                  folder.string(), family.model_type, command(plain(folder), "image-text-to-text"),
                  family.older ? ", with transformers before 5 (pip install \"transformers==4.57.6\")" : ""));
}

Result<void> check_captioner(const fs::path& folder) {
  const std::string name = folder.string();
  if (is_file(folder / "openvino_encoder_model.xml") && is_file(folder / "openvino_decoder_model.xml")) return {};
  const std::string type = text_of(folder, "config.json", "model_type");
  const auto family = read_vision_family(folder);
  if (has_file(folder, {"openvino_language_model.xml", "openvino_vision_embeddings_model.xml"})) {
    return family.ok() ? Result<void>() : Result<void>(family.error());
  }
  const bool torch = has_torch_weights(folder);
  if (family.ok() && torch) return advise_export(*family, folder);
  if (type == "blip" || type == "git") {
    return bad_input(fmt::format("{}: {} of {}; export it from its checkpoint and give the new folder: {}", name,
                                 torch ? "a checkpoint" : "an export without encoder and decoder",
                                 type == "blip" ? "BLIP" : "GIT", own_export(torch ? folder : "CHECKPOINT")));
  }
  if (const auto why = why_not(type); !why.empty()) {
    return bad_input(fmt::format("{}: {}, is not supported; {}", name, why, kCaptionersAre));
  }
  if (!type.empty() && type != "vision-encoder-decoder") {
    return bad_input(
        fmt::format("{}: a model of the kind '{}' is no captioner that runs here; {}", name, type, kCaptionersAre));
  }
  if (is_file(folder / "openvino_encoder_model.xml") && is_file(folder / "openvino_decoder_with_past_model.xml")) {
    return bad_input(fmt::format("{}: exported with a cache only; export it without: {}", name,
                                 command("CHECKPOINT", "image-to-text")));
  }
  if (!torch && !has_file(folder, {"encoder_model.onnx", "decoder_model.onnx"})) return {};
  return bad_input(fmt::format("{}: {}; export it and give the new folder: {}", name,
                               torch ? "holds PyTorch's weights" : "an export to ONNX, where OpenVINO IR is needed",
                               command(torch ? plain(folder) : "CHECKPOINT", "image-to-text")));
}

// --- embedders ---

Result<void> check_embedder(const fs::path& folder) {
  if (is_file(folder / "openvino_model.xml") ||
      (is_file(folder / "image_encoder.xml") && is_file(folder / "text_encoder.xml")))
    return {};
  constexpr const char* kTask = "zero-shot-image-classification";
  const std::string name = folder.string();
  const std::string type = text_of(folder, "config.json", "model_type");
  const bool torch = has_torch_weights(folder);
  if (has_file(folder, {"model.onnx", "onnx/model.onnx"})) {
    return bad_input(fmt::format("{}: an export to ONNX, where OpenVINO IR is needed; from the checkpoint: {}", name,
                                 command("CHECKPOINT", kTask)));
  }
  if ((type == "clip" || type == "siglip") && torch) {
    return bad_input(fmt::format("{}: a checkpoint of {}; export it and give the new folder: {}", name,
                                 type == "clip" ? "CLIP" : "SigLIP", command(plain(folder), kTask)));
  }
  if (has_file(folder, {"open_clip_config.json", "open_clip_model.safetensors", "open_clip_pytorch_model.bin"})) {
    return bad_input(fmt::format(
        "{}: a checkpoint of OpenCLIP; take one in the format of transformers (those of LAION hold both) in "
        "a folder without OpenCLIP's files; {}; or export it by Scotoma's python/export/open_clip_towers.py",
        name, command("CHECKPOINT", kTask)));
  }
  if (type.empty() || !torch) return {};
  return bad_input(
      fmt::format("{}: a model of the kind '{}', which is no embedder of images and texts that is known "
                  "here; take CLIP or SigLIP: {}",
                  name, type, command("CHECKPOINT", kTask)));
}

const char* needed(FolderOf role) {
  if (role == FolderOf::generator) return "a folder of Stable Diffusion, SDXL or LCM as OpenVINO IR";
  if (role == FolderOf::captioner) return "a captioner's folder as optimum-intel exports it";
  return "an embedder's folder as optimum-intel exports it";
}

}  // namespace

bool holds_vision_language_model(const fs::path& folder) {
  return is_file(folder / "openvino_language_model.xml") && is_file(folder / "openvino_vision_embeddings_model.xml");
}

std::optional<FolderOf> kind_of_folder(const fs::path& folder) {
  if (is_file(folder / "model_index.json") || is_folder(folder / "unet")) return FolderOf::generator;
  const std::string type = text_of(folder, "config.json", "model_type");
  if (type == "clip" || type == "siglip" ||
      (is_file(folder / "image_encoder.xml") && is_file(folder / "text_encoder.xml")))
    return FolderOf::embedder;
  if (type == "vision-encoder-decoder" || type == "blip" || type == "git" || read_vision_family(folder).ok() ||
      holds_vision_language_model(folder) ||
      (is_file(folder / "openvino_encoder_model.xml") && is_file(folder / "openvino_decoder_model.xml")))
    return FolderOf::captioner;
  return std::nullopt;
}

std::string advice_on_folder(const fs::path& folder) {
  for (const char* file : {"openvino_model.xml", "model.onnx", "onnx/model.onnx"}) {
    if (is_file(folder / file)) return fmt::format("give {}", (folder / file).string());
  }
  if (is_file(folder / "saved_model.pb")) return fmt::format("give {}, the folder", folder.string());
  if (!is_file(folder / "config.json") || !has_torch_weights(folder)) return {};
  return fmt::format(
      "the folder holds PyTorch's weights; export it and give OUT/openvino_model.xml, and its config.json as "
      "labels: {0} && optimum-cli export openvino --model {1} --task image-classification OUT",
      kOptimum, folder.string());
}

Result<void> check_model_folder(const fs::path& folder, FolderOf role) {
  if (!is_folder(folder)) {
    return bad_input(fmt::format("{}: {}; {} is expected", folder.string(),
                                 is_file(folder) ? "is a file and no folder" : "no such folder", needed(role)));
  }
  SCOTOMA_RETURN_IF_ERROR(check_cache(folder));
  if (role == FolderOf::generator) return check_generator(folder);
  return role == FolderOf::captioner ? check_captioner(folder) : check_embedder(folder);
}

}  // namespace scotoma
