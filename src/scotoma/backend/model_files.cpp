// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/model_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "scotoma/backend/files/network_files.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/core/hash.h"
#include "scotoma/study/draft_options.h"
#include "scotoma/study/imagenet_1k.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// The file, what lies beside it under its name (an .xml's .bin), what its tensors name, and the texts beside it
/// (config.json, preprocessor_config.json, class names).
Result<std::vector<fs::path>> files_of(const fs::path& model) {
  std::vector<fs::path> files = {model};
  std::error_code error;
  std::size_t seen = 0;
  const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (++seen > kMostFiles) return cannot_be_listed(folder);
    const bool text = path.extension() == ".json" || path.extension() == ".txt";
    if ((text || path.stem() == model.stem()) && is_file(path)) files.push_back(path);
  }
  if (error) return cannot_be_listed(folder);
  std::sort(files.begin() + 1, files.end());
  SCOTOMA_ASSIGN_OR_RETURN(const auto weights, companions_of_network(model));
  files.insert(files.end(), weights.begin(), weights.end());
  return files;
}

/// Paths of models, as the study has them; only those that it uses.
Result<std::vector<fs::path>> models_of(const Study& study) {
  std::vector<fs::path> paths;
  Result<void> known;
  const auto add = [&](const auto& options) {
    if (options.kind != Backend::openvino) known = bad_input("only OpenVINO's models are files that are known here");
    paths.push_back(options.model);
  };
  add(study.generator);
  if (const auto draft = draft_of(study.generator)) add(*draft);
  add(study.classifier);
  paths.push_back(study.classifier.labels);
  if (uses_captioner(study)) add(study.captioner);
  if (uses_embedder(study)) add(study.embedder);
  if (study.judge.kind == JudgeKind::python) known = bad_input("an object of Python's is no file");
  if (study.judge.kind == JudgeKind::classifier) {
    for (const ClassifierOptions& network : networks(study.judge)) {
      add(network);
      paths.push_back(network.labels);
    }
  }
  if (!known.ok()) return known.error();
  return paths;
}

}  // namespace

Result<ModelFiles> model_files(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto engine, Engine::create(study.engine));
  SCOTOMA_ASSIGN_OR_RETURN(const auto paths, models_of(study));
  SCOTOMA_ASSIGN_OR_RETURN(const fs::path tokenizers, Engine::tokenizers_library());
  Hasher hasher;
  hasher.field("model files").field(static_cast<std::uint64_t>(kBackendRevision));
  hasher.field(Engine::version());
  const auto add = [&](const fs::path& file, const std::string& name) -> Result<void> {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string hash, engine->hash_of(file));
    hasher.field(name).field(hash);
    return {};
  };
  SCOTOMA_RETURN_IF_ERROR(add(tokenizers, "tokenizers"));
  for (const fs::path& path : paths) {
    if (path.empty() || is_built_in(path)) continue;  // class names that the study, or the program, has itself
    const bool folder = is_folder(path);
    SCOTOMA_ASSIGN_OR_RETURN(const auto files, folder ? files_below(path) : files_of(path));
    hasher.field(static_cast<std::uint64_t>(files.size()));
    for (const fs::path& file : files) {
      const fs::path name = folder ? file.lexically_relative(path) : file.filename();
      SCOTOMA_RETURN_IF_ERROR(add(file, name.generic_string()));
    }
  }
  return ModelFiles{hasher.hex(), engine->processor()};
}

}  // namespace scotoma
