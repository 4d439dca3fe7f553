// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/registry.h"

#include <fmt/format.h>

#include <cmath>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/judge/classifier_judge.h"
#include "scotoma/backend/judge/embedder_judge.h"
#include "scotoma/backend/openvino/captioner/captioner.h"
#include "scotoma/backend/openvino/captioner/vision_language.h"
#include "scotoma/backend/openvino/classifier.h"
#include "scotoma/backend/openvino/diffusion/generator.h"
#include "scotoma/backend/openvino/embedder.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/python_roles.h"
#include "scotoma/backend/sdcpp/generator.h"
#include "scotoma/study/draft_options.h"
#include "scotoma/study/label_class.h"

namespace scotoma {
namespace {

/// A class that loads itself as one of a role.
template <class Role, class Class, class Options>
Result<std::unique_ptr<Role>> load(const std::shared_ptr<Engine>& engine, const Options& options) {
  SCOTOMA_ASSIGN_OR_RETURN(std::unique_ptr<Role> loaded, Class::load(engine, options));
  return loaded;
}

/// What a backend offers: null where it has nothing for a role.
struct BackendRoles {
  Backend backend;
  Result<std::unique_ptr<Generator>> (*generator)(const std::shared_ptr<Engine>&, const GeneratorOptions&);
  Result<std::unique_ptr<Classifier>> (*classifier)(const std::shared_ptr<Engine>&, const ClassifierOptions&);
  Result<std::unique_ptr<Captioner>> (*captioner)(const std::shared_ptr<Engine>&, const CaptionerOptions&);
  Result<std::unique_ptr<Embedder>> (*embedder)(const std::shared_ptr<Engine>&, const EmbedderOptions&);
};

/// Of the engine it takes what it knows of the machine.
Result<std::unique_ptr<Generator>> load_sdcpp(const std::shared_ptr<Engine>& engine, const GeneratorOptions& options) {
  return load_sdcpp_generator(options, {engine->threads(), engine->processor(), engine->trial()});
}

/// By what the folder holds: a vision-language model, which can be asked, or an encoder-decoder, which cannot.
Result<std::unique_ptr<Captioner>> load_openvino_captioner(const std::shared_ptr<Engine>& engine,
                                                           const CaptionerOptions& options) {
  if (holds_vision_language_model(options.model)) {
    return load<Captioner, VisionLanguageCaptioner, CaptionerOptions>(engine, options);
  }
  if (!options.prompt.empty() || !options.conversation.empty()) {
    return bad_input(fmt::format("captioner.{} is for vision-language models; {} is none: leave it out",
                                 options.prompt.empty() ? "template" : "prompt", options.model.string()));
  }
  return load<Captioner, OpenvinoCaptioner, CaptionerOptions>(engine, options);
}

template <class Role, class Options, Result<std::unique_ptr<Role>> (*load)(PythonRoles*, const Options&)>
Result<std::unique_ptr<Role>> of_python(const std::shared_ptr<Engine>& engine, const Options& options) {
  return load(engine->python().get(), options);
}

/// All backends, a row each. A new one is a value of Backend (study/study.h), a folder beside this file, and a row
/// here.
constexpr BackendRoles kBackends[] = {
    {Backend::openvino, load<Generator, OpenvinoGenerator, GeneratorOptions>,
     load<Classifier, OpenvinoClassifier, ClassifierOptions>, load_openvino_captioner,
     load<Embedder, OpenvinoEmbedder, EmbedderOptions>},
    {Backend::sdcpp, load_sdcpp, nullptr, nullptr, nullptr},
    {Backend::python, of_python<Generator, GeneratorOptions, load_python_generator>,
     of_python<Classifier, ClassifierOptions, load_python_classifier>,
     of_python<Captioner, CaptionerOptions, load_python_captioner>,
     of_python<Embedder, EmbedderOptions, load_python_embedder>},
};

/// Loads a role by the row of its kind. `role`: its member in BackendRoles, and its name.
template <class Loads, class Options>
auto load_by_kind(Loads BackendRoles::*role, const char* name, const std::shared_ptr<Engine>& engine,
                  const Options& options) -> decltype((std::declval<BackendRoles>().*role)(engine, options)) {
  for (const BackendRoles& row : kBackends) {
    if (row.backend == options.kind && row.*role != nullptr) return (row.*role)(engine, options);
  }
  return bad_input(fmt::format("{0}.kind is \"{1}\", which has no {0}", name, name_of(options.kind)));
}

Result<std::unique_ptr<Generator>> generator_on(const std::shared_ptr<Engine>& engine,
                                                const GeneratorOptions& options) {
  return load_by_kind(&BackendRoles::generator, "generator", engine, options);
}

Result<std::unique_ptr<Classifier>> classifier_on(const std::shared_ptr<Engine>& engine,
                                                  const ClassifierOptions& options) {
  return load_by_kind(&BackendRoles::classifier, "classifier", engine, options);
}

Result<std::unique_ptr<Captioner>> captioner_on(const std::shared_ptr<Engine>& engine,
                                                const CaptionerOptions& options) {
  return load_by_kind(&BackendRoles::captioner, "captioner", engine, options);
}

Result<std::unique_ptr<Embedder>> embedder_on(const std::shared_ptr<Engine>& engine, const EmbedderOptions& options) {
  return load_by_kind(&BackendRoles::embedder, "embedder", engine, options);
}

/// Only OpenVINO's generators have drafts.
Result<std::unique_ptr<Generator>> draft_beside(const Generator& generator, const Study& study) {
  const auto options = draft_of(study.generator);
  if (!options) return std::unique_ptr<Generator>();
  auto draft = OpenvinoGenerator::load_beside(dynamic_cast<const OpenvinoGenerator&>(generator), *options);
  if (!draft.ok()) {
    return Error{draft.error().code, fmt::format("drafts cannot be generated as generator.draft_size and draft_model "
                                                 "say: {}",
                                                 draft.error().message)};
  }
  return std::unique_ptr<Generator>(std::move(draft).value());
}

/// exp(logit_scale_init_value) of the embedder's config.json. CLIP's own folders keep the value that training *began*
/// with, ln(1 / 0.07), where it ended at 100; the same goes for folders without the entry.
Result<double> zero_shot_scale(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  if (!is_there(path)) return 100.0;
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  SCOTOMA_ASSIGN_OR_RETURN(const double log_scale, json_value(config, "logit_scale_init_value", 2.6592, path));
  return std::fabs(log_scale - 2.6592) < 1e-3 ? 100.0 : std::exp(log_scale);
}

/// `embedder` may be null for a judge that does not stand on it.
Result<std::unique_ptr<Judge>> judge_on(const std::shared_ptr<Engine>& engine, const Study& study, Embedder* embedder) {
  const JudgeOptions& options = study.judge;
  if (options.kind == JudgeKind::none) return std::unique_ptr<Judge>();
  if (options.kind == JudgeKind::python) return load_python_judge(engine->python().get(), options);
  if (options.kind == JudgeKind::embedder) {
    SCOTOMA_ASSIGN_OR_RETURN(const double scale, zero_shot_scale(study.embedder.model));
    return EmbedderJudge::create(*embedder, study.labels, options.threshold, scale);
  }
  std::vector<std::unique_ptr<Classifier>> classifiers;
  for (const ClassifierOptions& network : networks(options)) {
    SCOTOMA_ASSIGN_OR_RETURN(auto classifier, classifier_on(engine, network));
    classifiers.push_back(std::move(classifier));
  }
  return ClassifierJudge::create(std::move(classifiers), study.labels, options);
}

}  // namespace

Result<Models> load_models(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto engine, Engine::create(study.engine));
  Models models;
  SCOTOMA_ASSIGN_OR_RETURN(models.classifier, classifier_on(engine, study.classifier));
  SCOTOMA_RETURN_IF_ERROR(classes_of_labels(study, models.classifier->class_names()));
  if (uses_embedder(study)) {
    SCOTOMA_ASSIGN_OR_RETURN(models.embedder, embedder_on(engine, study.embedder));
  }
  SCOTOMA_ASSIGN_OR_RETURN(models.judge, judge_on(engine, study, models.embedder.get()));
  if (uses_captioner(study)) {
    SCOTOMA_ASSIGN_OR_RETURN(models.captioner, captioner_on(engine, study.captioner));
  }
  SCOTOMA_ASSIGN_OR_RETURN(models.generator, generator_on(engine, study.generator));
  SCOTOMA_ASSIGN_OR_RETURN(models.draft, draft_beside(*models.generator, study));
  return models;
}

Result<Loader> Loader::create(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(auto engine, Engine::create(study.engine));
  return Loader(study, std::move(engine));
}

Result<std::unique_ptr<Generator>> Loader::generator() const {
  SCOTOMA_ASSIGN_OR_RETURN(auto generator, generator_on(engine_, study_->generator));
  SCOTOMA_RETURN_IF_ERROR(generator->examine());
  return generator;
}

Result<std::unique_ptr<Generator>> Loader::draft(const Generator& generator) const {
  return draft_beside(generator, *study_);
}

Result<std::unique_ptr<Classifier>> Loader::classifier() const { return classifier_on(engine_, study_->classifier); }

Result<std::unique_ptr<Captioner>> Loader::captioner() const { return captioner_on(engine_, study_->captioner); }

Result<std::unique_ptr<Embedder>> Loader::embedder() const { return embedder_on(engine_, study_->embedder); }

Result<std::unique_ptr<Judge>> Loader::judge(Embedder* embedder) const { return judge_on(engine_, *study_, embedder); }

Result<std::unique_ptr<Generator>> load_generator(const GeneratorOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, Engine::create(engine));
  return generator_on(shared, options);
}

Result<std::unique_ptr<Classifier>> load_classifier(const ClassifierOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, Engine::create(engine));
  return classifier_on(shared, options);
}

Result<std::unique_ptr<Captioner>> load_captioner(const CaptionerOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, Engine::create(engine));
  return captioner_on(shared, options);
}

Result<std::unique_ptr<Embedder>> load_embedder(const EmbedderOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, Engine::create(engine));
  return embedder_on(shared, options);
}

}  // namespace scotoma
