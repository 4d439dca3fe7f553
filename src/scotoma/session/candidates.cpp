// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "scotoma/backend/registry.h"
#include "scotoma/core/file.h"
#include "scotoma/study/imagenet_1k.h"
#include "scotoma/study/label_class.h"
#include "scotoma/study/read.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

Result<ClassifierOptions> options_of(const Study& study, const fs::path& file, const fs::path& labels) {
  std::error_code ignored;
  for (const fs::path& path : {file, labels}) {
    if (!path.empty() && !is_built_in(path) && !fs::exists(path, ignored)) {
      return bad_input(fmt::format(
          "{}: not there; give a model (.onnx, .xml, .tflite, a SavedModel), or a .toml file with a [classifier] "
          "table",
          path.string()));
    }
  }
  if (file.extension() == ".toml") return read_classifier(file);
  ClassifierOptions options = study.classifier;
  options.model = without_slash(file);
  if (!labels.empty()) {
    options.labels = labels;
    options.class_names.clear();
  }
  return options;
}

Result<CandidateModel> load(const Study& study, const ClassifierOptions& options) {
  CandidateModel candidate;
  SCOTOMA_ASSIGN_OR_RETURN(candidate.models.classifier, load_classifier(options, study.engine));
  Study other = study;  // so that messages name the candidate's files
  other.classifier = options;
  SCOTOMA_RETURN_IF_ERROR(classes_of_labels(other, candidate.models.classifier->class_names()));
  return candidate;
}

/// As few words as distinguish different files.
std::vector<std::string> names_of(std::vector<fs::path> models) {
  for (fs::path& model : models) {
    std::error_code gone;
    if (const fs::path whole = fs::weakly_canonical(model, gone); !gone) model = whole;
  }
  const auto stem = [](const fs::path& model) { return model.stem().string(); };
  std::map<fs::path, std::string> names;
  for (const fs::path& model : models) {
    const bool alone = std::all_of(models.begin(), models.end(),
                                   [&](const fs::path& other) { return other == model || stem(other) != stem(model); });
    names[model] = alone ? stem(model) : model.parent_path().filename().string() + "/" + stem(model);
  }
  std::map<std::string, int> taken;
  for (auto& [model, name] : names) {
    if (const int times = ++taken[name]; times > 1) name += fmt::format(" ({})", times);
  }
  std::vector<std::string> in_order;
  for (const fs::path& model : models) in_order.push_back(names[model]);
  return in_order;
}

}  // namespace

Result<std::vector<CandidateModel>> load_candidates(const Study& study, const std::vector<fs::path>& files,
                                                    const fs::path& labels) {
  std::vector<CandidateModel> candidates;
  std::vector<fs::path> models = {study.classifier.model};
  for (const fs::path& file : files) {
    SCOTOMA_ASSIGN_OR_RETURN(const ClassifierOptions options, options_of(study, file, labels));
    SCOTOMA_ASSIGN_OR_RETURN(CandidateModel candidate, load(study, options));
    candidates.push_back(std::move(candidate));
    models.push_back(options.model);
  }
  const auto names = names_of(models);
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].name = names[i + 1];
  return candidates;
}

}  // namespace scotoma
