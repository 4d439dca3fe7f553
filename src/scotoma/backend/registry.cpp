// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/judge/classifier_judge.h"
#include "scotoma/backend/judge/embedder_judge.h"
#include "scotoma/backend/openvino/captioner.h"
#include "scotoma/backend/openvino/classifier.h"
#include "scotoma/backend/openvino/diffusion/generator.h"
#include "scotoma/backend/openvino/embedder.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/study/label_class.h"
#include "scotoma/study/options.h"

namespace scotoma {
namespace {

template <class Role, class Backend>
Result<std::unique_ptr<Role>> as_role(Result<std::unique_ptr<Backend>> loaded) {
  if (!loaded.ok()) return loaded.error();
  return std::unique_ptr<Role>(std::move(loaded).value());
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
  if (options.kind == JudgeKind::embedder) {
    SCOTOMA_ASSIGN_OR_RETURN(const double scale, zero_shot_scale(study.embedder.model));
    return EmbedderJudge::create(*embedder, study.labels, options.threshold, scale);
  }
  std::vector<std::unique_ptr<Classifier>> classifiers;
  for (const ClassifierOptions& network : networks(options)) {
    SCOTOMA_ASSIGN_OR_RETURN(auto classifier, OpenvinoClassifier::load(engine, network));
    classifiers.push_back(std::move(classifier));
  }
  return ClassifierJudge::create(std::move(classifiers), study.labels, options);
}

/// An engine for a study, whose choices are checked here so that no backend need do it.
Result<std::shared_ptr<Engine>> engine_for(const Study& study) {
  SCOTOMA_RETURN_IF_ERROR(check_choices(study));
  return Engine::create(study.engine);
}

/// The study of a single role.
template <class Options>
Study only(Options Study::*role, const Options& options, const EngineOptions& engine) {
  Study study;
  study.*role = options;
  study.engine = engine;
  return study;
}

}  // namespace

Result<Models> load_models(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto engine, engine_for(study));
  Models models;
  SCOTOMA_ASSIGN_OR_RETURN(models.classifier, OpenvinoClassifier::load(engine, study.classifier));
  SCOTOMA_RETURN_IF_ERROR(classes_of_labels(study, models.classifier->class_names()));
  SCOTOMA_ASSIGN_OR_RETURN(models.embedder, OpenvinoEmbedder::load(engine, study.embedder));
  SCOTOMA_ASSIGN_OR_RETURN(models.judge, judge_on(engine, study, models.embedder.get()));
  SCOTOMA_ASSIGN_OR_RETURN(models.captioner, OpenvinoCaptioner::load(engine, study.captioner));
  SCOTOMA_ASSIGN_OR_RETURN(models.generator, OpenvinoGenerator::load(engine, study.generator));
  return models;
}

Result<Loader> Loader::create(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(auto engine, engine_for(study));
  return Loader(study, std::move(engine));
}

Result<std::unique_ptr<Generator>> Loader::generator() const {
  SCOTOMA_ASSIGN_OR_RETURN(auto generator, OpenvinoGenerator::load(engine_, study_->generator));
  SCOTOMA_RETURN_IF_ERROR(generator->examine_once());
  return std::unique_ptr<Generator>(std::move(generator));
}

Result<std::unique_ptr<Classifier>> Loader::classifier() const {
  return as_role<Classifier>(OpenvinoClassifier::load(engine_, study_->classifier));
}

Result<std::unique_ptr<Captioner>> Loader::captioner() const {
  return as_role<Captioner>(OpenvinoCaptioner::load(engine_, study_->captioner));
}

Result<std::unique_ptr<Embedder>> Loader::embedder() const {
  return as_role<Embedder>(OpenvinoEmbedder::load(engine_, study_->embedder));
}

Result<std::unique_ptr<Judge>> Loader::judge(Embedder* embedder) const { return judge_on(engine_, *study_, embedder); }

Result<std::unique_ptr<Generator>> load_generator(const GeneratorOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, engine_for(only(&Study::generator, options, engine)));
  return as_role<Generator>(OpenvinoGenerator::load(shared, options));
}

Result<std::unique_ptr<Classifier>> load_classifier(const ClassifierOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, engine_for(only(&Study::classifier, options, engine)));
  return as_role<Classifier>(OpenvinoClassifier::load(shared, options));
}

Result<std::unique_ptr<Captioner>> load_captioner(const CaptionerOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, engine_for(only(&Study::captioner, options, engine)));
  return as_role<Captioner>(OpenvinoCaptioner::load(shared, options));
}

Result<std::unique_ptr<Embedder>> load_embedder(const EmbedderOptions& options, const EngineOptions& engine) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto shared, engine_for(only(&Study::embedder, options, engine)));
  return as_role<Embedder>(OpenvinoEmbedder::load(shared, options));
}

Result<std::unique_ptr<Judge>> load_judge(const Study& study, Embedder* embedder) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto engine, engine_for(study));
  return judge_on(engine, study, embedder);
}

}  // namespace scotoma
