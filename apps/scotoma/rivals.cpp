#include "rivals.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "backend/registry.h"
#include "study/read.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

Result<ClassifierOptions> options_of(const Study& study, const fs::path& file, const fs::path& labels) {
  std::error_code ignored;
  for (const fs::path& path : {file, labels}) {
    if (!path.empty() && !fs::exists(path, ignored)) {
      return bad_input(
          fmt::format("{}: not there; give a model (.onnx or .xml), or a .toml file with a [classifier] "
                      "table",
                      path.string()));
    }
  }
  if (file.extension() == ".toml") return read_classifier(file);
  ClassifierOptions options = study.classifier;
  options.model = file;
  if (!labels.empty()) options.labels = labels;
  return options;
}

Result<Rival> load(const Study& study, const ClassifierOptions& options) {
  Rival rival;
  SCOTOMA_TRY(rival.models.classifier, load_classifier(options, study.engine));
  Study other = study;  // so that messages name the rival's files
  other.classifier = options;
  SCOTOMA_CHECK(check_labels(other, rival.models.classifier->class_names()));
  return rival;
}

/// As few words as tell the models apart.
std::vector<std::string> names_of(const std::vector<fs::path>& models) {
  const auto times = [&](auto name) {
    std::map<std::string, int> count;
    for (const fs::path& model : models) ++count[name(model)];
    return count;
  };
  const auto stem = [](const fs::path& model) { return model.stem().string(); };
  const auto with_folder = [&](const fs::path& model) {
    const std::string folder = fs::absolute(model).lexically_normal().parent_path().filename().string();
    return folder + "/" + stem(model);
  };
  const auto stems = times(stem);
  std::vector<std::string> names;
  for (const fs::path& model : models) {
    std::string name = stems.at(stem(model)) == 1 ? stem(model) : with_folder(model);
    const std::string first = name;
    for (int n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n)
      name = fmt::format("{} ({})", first, n);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Result<std::vector<Rival>> load_rivals(const Study& study, const std::vector<fs::path>& files, const fs::path& labels) {
  std::vector<Rival> rivals;
  std::vector<fs::path> models = {study.classifier.model};
  for (const fs::path& file : files) {
    SCOTOMA_TRY(const ClassifierOptions options, options_of(study, file, labels));
    SCOTOMA_TRY(Rival rival, load(study, options));
    rivals.push_back(std::move(rival));
    models.push_back(options.model);
  }
  const auto names = names_of(models);
  for (std::size_t i = 0; i < rivals.size(); ++i) rivals[i].name = names[i + 1];
  return rivals;
}

}  // namespace scotoma
