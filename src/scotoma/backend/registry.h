// SPDX-License-Identifier: Apache-2.0
// Where a study's five roles come from: the one explicit list of backends.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Loads every model that the study uses, all on one engine, each by the backend that its kind names. The judge stays
/// null when its kind is "none", captioner and embedder where the study has no use for one (study/study.h). Paths are
/// taken as they stand in the study. Errors: bad_input, naming the file and what to do; so, too, when the classifier
/// gives NaN for a plain image.
Result<Models> load_models(const Study& study);

class Engine;

/// Loads the roles of one study one by one, all on one engine: what is wrong with one keeps no other from being loaded.
class Loader {
 public:
  /// `study` must outlive the loader. Errors: bad_input where the engine does not work.
  static Result<Loader> create(const Study& study);

  /// Each: bad_input, naming the file and what to do. The generator is examined here, not before its first image.
  Result<std::unique_ptr<Generator>> generator() const;
  Result<std::unique_ptr<Classifier>> classifier() const;

  /// That of drafts, beside the study's generator, whose networks it may share; null where the study has none.
  Result<std::unique_ptr<Generator>> draft(const Generator& generator) const;
  Result<std::unique_ptr<Captioner>> captioner() const;
  Result<std::unique_ptr<Embedder>> embedder() const;

  /// Null for the kind "none". `embedder` must be there for the kind "embedder", and outlive the judge.
  Result<std::unique_ptr<Judge>> judge(Embedder* embedder) const;

 private:
  Loader(const Study& study, std::shared_ptr<Engine> engine) : study_(&study), engine_(std::move(engine)) {}

  const Study* study_;
  std::shared_ptr<Engine> engine_;
};

/// Single roles, each on an engine of its own, for tools and tests.
Result<std::unique_ptr<Generator>> load_generator(const GeneratorOptions& options, const EngineOptions& engine);
Result<std::unique_ptr<Classifier>> load_classifier(const ClassifierOptions& options, const EngineOptions& engine);
Result<std::unique_ptr<Captioner>> load_captioner(const CaptionerOptions& options, const EngineOptions& engine);
Result<std::unique_ptr<Embedder>> load_embedder(const EmbedderOptions& options, const EngineOptions& engine);

}  // namespace scotoma
