// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/network_files.h"
#include "scotoma/backend/files/onnx_weights.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/core/letters.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

std::string lower_extension(const fs::path& path) { return small_ascii(path.extension().string()); }

constexpr const char* kOnnxFromTorch =
    "export the network that it belongs to, in Python: torch.onnx.export(model.eval(), (torch.zeros(1, 3, HEIGHT, "
    "WIDTH),), \"model.onnx\")";

/// What a file of another framework is, and how ONNX or IR is made of it.
std::string advice_on_kind(const fs::path& path) {
  const std::string kind = lower_extension(path);
  const auto is = [&](std::initializer_list<const char*> kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  const std::string file = path.string();
  if (is({".bin"}) && is_file(fs::path(path).replace_extension(".xml"))) {
    return fmt::format("it holds weights; give the file beside it: {}",
                       fs::path(path).replace_extension(".xml").string());
  }
  if (is({".data", ".onnx_data"})) return "it holds the weights of an ONNX file; give the .onnx file beside it";
  if (is({".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".pkl"})) {
    const char* const what = is({".safetensors"}) ? "weights without a network" : "a file of PyTorch";
    const std::string folder = advice_on_folder(path.parent_path());
    return fmt::format("it is {}; {}", what, folder.empty() ? kOnnxFromTorch : folder);
  }
  if (is({".h5", ".keras", ".hdf5"})) {
    return fmt::format(
        "it is a model of Keras; with keras and tensorflow installed: python -c \"import keras; "
        "keras.saving.load_model('{0}').export('{0}-saved')\" && ovc {0}-saved --output_model model.xml",
        file);
  }
  if (is({".pb"}) && network_format(path.parent_path()) == NetworkFormat::saved_model) {
    return fmt::format("it is a part of TensorFlow's SavedModel; give its folder: {}", path.parent_path().string());
  }
  if (is({".pb", ".pdmodel", ".pt2"})) {
    return fmt::format("OpenVINO's converter reads it (pip install openvino): ovc {} --output_model model.xml", file);
  }
  return "export the network that it was made of to ONNX";
}

Result<void> check_there(const fs::path& path) {
  if (is_file(path)) return {};
  const std::string name = path.string();
  if (is_folder(path)) {
    const std::string advice = advice_on_folder(path);
    return bad_input(fmt::format("{}: is not a file but a folder{}", name,
                                 advice.empty() ? "; give the model's file in it" : "; " + advice));
  }
  std::error_code ignored;
  if (is_there(path)) return bad_input(fmt::format("{}: is not a file", name));
  const fs::path target = fs::read_symlink(path, ignored);
  if (!ignored) {
    return bad_input(fmt::format("{}: no such model file: it is a link to {}, where nothing is; fetch the model whole",
                                 name, target.string()));
  }
  const bool part = is_file(path.parent_path().parent_path() / "model_index.json");  // of a generator
  const std::string advice = part ? "" : advice_on_folder(path.parent_path());
  return bad_input(fmt::format("{}: no such model file{}", name, advice.empty() ? "" : "; " + advice));
}

/// Whether a clone without Git LFS left a pointer in the file's place.
Result<void> check_whole(const fs::path& path) {
  constexpr std::string_view kBegin = "version https://git-lfs";
  std::string begin(kBegin.size(), '\0');
  std::ifstream(path, std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (begin != kBegin) return {};
  return bad_input(fmt::format("{}: is a pointer of Git LFS and not the file itself; in its folder, say: git lfs pull",
                               path.string()));
}

bool is_inside(const fs::path& file, const fs::path& folder) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(file, ignored);
  const fs::path parent = fs::weakly_canonical(folder.empty() ? "." : folder, ignored);
  return std::mismatch(parent.begin(), parent.end(), whole.begin(), whole.end()).first == parent.end();
}

Result<void> check_weights(const fs::path& path) {
  const auto weights = onnx_weights(path);
  if (!weights.ok()) return {};  // the engine says why
  for (const fs::path& file : *weights) {
    if (!is_file(file)) {
      return bad_input(
          fmt::format("{}: its weights are in a file of their own, {}, which is not there; put it beside the "
                      "model, under that name",
                      path.string(), file.string()));
    }
    SCOTOMA_RETURN_IF_ERROR(check_whole(file));
    if (is_inside(file, path.parent_path())) continue;
    const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
    return bad_input(fmt::format(
        "{}: its weights, {}, are a link out of its folder, which the engine does not follow (a Hugging Face "
        "cache is made of such links); copy the folder without links: cp -rL {} COPY",
        path.string(), file.string(), folder.string()));
  }
  return {};
}

/// All files of a SavedModel are there whole.
Result<void> check_saved_model(const fs::path& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto files, files_below(folder));
  for (const fs::path& file : files) SCOTOMA_RETURN_IF_ERROR(check_whole(file));
  return {};
}

}  // namespace

Result<void> check_model_file(const fs::path& path) {
  if (path.empty()) return bad_input("no model is given");
  const auto format = network_format(path);
  if (format == NetworkFormat::saved_model) return check_saved_model(path);
  SCOTOMA_RETURN_IF_ERROR(check_there(path));
  if (!format) {
    return bad_input(fmt::format("{}: unknown kind of model; it must be {}; {}", path.string(), kNetworkFormats,
                                 advice_on_kind(path)));
  }
  if (format == NetworkFormat::tflite && path.extension() != ".tflite") {
    return bad_input(
        fmt::format("{}: rename it: the engine knows TensorFlow Lite by .tflite in small letters", path.string()));
  }
  SCOTOMA_RETURN_IF_ERROR(check_whole(path));
  if (format == NetworkFormat::onnx) return check_weights(path);
  const fs::path weights = fs::path(path).replace_extension(".bin");
  return format == NetworkFormat::ir && is_file(weights) ? check_whole(weights) : Result<void>();
}

Result<void> check_tokenizer_file(const fs::path& file) {
  const fs::path folder = file.parent_path();
  const auto has = [&](const char* name) { return is_file(folder / name); };
  if (is_there(file)) return check_model_file(file);
  const bool raw = has("tokenizer.json") || has("vocab.json") || has("vocab.txt") || has("spiece.model");
  const bool back = file.stem().string().ends_with("detokenizer");
  return bad_input(fmt::format(
      "{}: no such model file, {}: pip install \"openvino-tokenizers[transformers]\" && convert_tokenizer {} {}-o {}",
      file.string(),
      raw ? "but the tokenizer that it is made of is there"
          : "nor the tokenizer that it is made of; make it from the checkpoint that the model was exported from",
      raw ? folder.string() : "CHECKPOINT", back ? "--with-detokenizer " : "", folder.string()));
}

}  // namespace scotoma
