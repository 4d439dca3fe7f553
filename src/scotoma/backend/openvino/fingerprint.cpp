// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/fingerprint.h"

#include "scotoma/backend/files/network_files.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/core/hash.h"

namespace scotoma {
namespace {

/// The files that make a model: its own, its weights', and for a tokenizer the library that runs it.
Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& model, const Engine& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(auto files, companions_of_network(model));
  if (!is_folder(model)) files.insert(files.begin(), model);
  if (model.stem().string().ends_with("tokenizer")) files.push_back(engine.tokenizers());
  return files;
}

}  // namespace

Result<std::string> model_fingerprint(const Engine& engine, std::string_view role,
                                      const std::vector<std::filesystem::path>& files,
                                      std::initializer_list<std::string> settings) {
  Hasher hasher;
  hasher.field("openvino").field(static_cast<std::uint64_t>(kBackendRevision)).field(role);
  hasher.field(Engine::version()).field(engine.processor());
  for (const std::filesystem::path& model : files) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto parts, files_of(model, engine));
    for (const auto& file : parts) {
      SCOTOMA_ASSIGN_OR_RETURN(const std::string hash, engine.hash_of(file));
      const auto name = is_folder(model) ? file.lexically_relative(model) : file.filename();
      hasher.field(name.generic_string()).field(hash);
    }
  }
  for (const std::string& setting : settings) hasher.field(setting);
  return hasher.hex();
}

}  // namespace scotoma
