// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/fingerprint.h"

#include "scotoma/backend/files/onnx_weights.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/core/hash.h"

namespace scotoma {
namespace {

/// The files that belong to a model's file: its weights, and for a tokenizer what runs it.
Result<std::vector<std::filesystem::path>> companions_of(const std::filesystem::path& model, const Engine& engine) {
  if (model.extension() == ".onnx") return onnx_weights(model);
  std::vector<std::filesystem::path> out;
  const auto weights = std::filesystem::path(model).replace_extension(".bin");
  if (model.extension() == ".xml" && is_there(weights)) out.push_back(weights);
  if (model.stem().string().ends_with("tokenizer")) out.push_back(engine.tokenizers());
  return out;
}

}  // namespace

Result<std::string> model_fingerprint(const Engine& engine, std::string_view role,
                                      const std::vector<std::filesystem::path>& files,
                                      std::initializer_list<std::string> settings) {
  Hasher hasher;
  hasher.field("openvino").field(static_cast<std::uint64_t>(kBackendRevision)).field(role);
  hasher.field(Engine::version()).field(engine.processor());
  const auto add = [&](const std::filesystem::path& file) -> Result<void> {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string hash, engine.hash_of(file));
    hasher.field(file.filename().string()).field(hash);
    return {};
  };
  for (const std::filesystem::path& file : files) {
    SCOTOMA_RETURN_IF_ERROR(add(file));
    SCOTOMA_ASSIGN_OR_RETURN(const auto companions, companions_of(file, engine));
    for (const auto& companion : companions) SCOTOMA_RETURN_IF_ERROR(add(companion));
  }
  for (const std::string& setting : settings) hasher.field(setting);
  return hasher.hex();
}

}  // namespace scotoma
