// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/sdcpp/files.h"

#include <fmt/format.h>

#include "scotoma/backend/files/paths.h"
#include "scotoma/study/options.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnet = "unet/diffusion_pytorch_model.safetensors";
constexpr const char* kVae = "vae/diffusion_pytorch_model.safetensors";
constexpr const char* kTextEncoder = "text_encoder/model.safetensors";
constexpr const char* kSecondTextEncoder = "text_encoder_2/model.safetensors";

/// What the library reads of a diffusers folder, at these places only. It warns of a part that is missing, and goes on
/// without it: so that is looked at here.
Result<std::vector<fs::path>> files_of_folder(const fs::path& folder, const SdcppOptions& options) {
  std::error_code ignored;
  if (!is_there(folder / kUnet) && fs::is_directory(folder / "transformer", ignored)) {
    return bad_input(fmt::format(
        "{}: a diffusers folder with a transformer (Stable Diffusion 3, FLUX, Qwen-Image, ...), of which "
        "stable-diffusion.cpp reads none; give the files that it was made of: generator.sdcpp.diffusion_model and the "
        "keys of the other parts",
        folder.string()));
  }
  const auto lacks = [&](const char* file, const char* instead) {
    return bad_input(fmt::format(
        "{}: is not there, and stable-diffusion.cpp looks for no other name in a diffusers folder (not for \".fp16.\", "
        "\".bin\" or parts \"-00001-of-\"); rename the file, or give {}",
        (folder / file).string(), instead));
  };
  if (!is_there(folder / kUnet)) return lacks(kUnet, "the checkpoint as one file");
  if (!is_there(folder / kVae) && options.vae.empty() && options.taesd.empty())
    return lacks(kVae, "generator.sdcpp.vae");
  if (!is_there(folder / kTextEncoder) && options.clip_l.empty()) return lacks(kTextEncoder, "generator.sdcpp.clip_l");
  if (fs::is_directory(folder / "text_encoder_2", ignored) && !is_there(folder / kSecondTextEncoder) &&
      options.clip_g.empty()) {
    return lacks(kSecondTextEncoder, "generator.sdcpp.clip_g");
  }
  std::vector<fs::path> files;
  for (const char* name : {kUnet, kVae, kTextEncoder, kSecondTextEncoder}) {
    if (is_there(folder / name)) files.push_back(folder / name);
  }
  return files;
}

}  // namespace

Result<std::vector<CheckpointFile>> checkpoint_files(const GeneratorOptions& options) {
  Study study;  // options are reached through it
  study.generator = options;
  std::vector<CheckpointFile> files;
  for (const Option& option : scotoma::options()) {
    const auto* field = std::get_if<Field<fs::path>>(&option.target);
    if (option.table != "generator.sdcpp" || field == nullptr) continue;
    const fs::path& path = (*field)(study);
    const std::string key(option.key);
    if (path.empty()) continue;
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      if (!is_there(path)) return bad_input(fmt::format("{}: no such file (generator.sdcpp.{})", path.string(), key));
      files.push_back({key, path});
    } else if (key == "model") {
      SCOTOMA_ASSIGN_OR_RETURN(const auto inside, files_of_folder(path, options.sdcpp));
      for (const fs::path& file : inside) files.push_back({key, file});
    } else {
      return bad_input(
          fmt::format("{}: is a folder; generator.sdcpp.{} must name the file inside it", path.string(), key));
    }
  }
  return files;
}

const fs::path& checkpoint_name(const GeneratorOptions& options) {
  return options.sdcpp.model.empty() ? options.sdcpp.diffusion_model : options.sdcpp.model;
}

}  // namespace scotoma
