// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/registry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "fake/places.h"

namespace scotoma {
namespace {

/// The embedded world's study: networks take [-1, 1].
Study world() {
  Study study;
  study.file = "world.toml";
  for (const char* name : {"fly", "bee", "cat", "apple"}) study.labels.push_back({name, name, "", {}});
  study.generator.model = kWorld / "generator";
  study.generator.steps = 4;
  study.generator.guidance = 1;
  study.classifier.model = kWorld / "classifiers/resnet_balanced.onnx";
  study.classifier.labels = kWorld / "classifiers/labels.json";
  study.classifier.preprocessing.mean = {127.5, 127.5, 127.5};
  study.classifier.preprocessing.std = {127.5, 127.5, 127.5};
  study.captioner.model = kWorld / "captioner";
  study.embedder.model = kWorld / "embedder";
  study.judge.kind = JudgeKind::classifier;
  study.judge.model = kWorld / "judge.onnx";
  study.judge.labels = kWorld / "judge.labels.json";
  study.judge.preprocessing = study.classifier.preprocessing;
  study.engine.threads = 2;
  return study;
}

void expect_refused(const Study& study, const std::string& part) {
  const auto models = load_models(study);
  ASSERT_FALSE(models.ok());
  EXPECT_EQ(models.error().code, Code::bad_input);
  EXPECT_NE(models.error().message.find(part), std::string::npos) << models.error().message;
}

std::vector<Image> generated(Generator& generator) {
  std::vector<GenerationRequest> requests;
  for (const char* place : {"a flower", "the grass", "the snow"}) {
    for (const char* thing : {"a fly", "a bee", "a cat", "an apple"}) {
      requests.push_back({std::string("a photo of ") + thing + " on " + place, requests.size()});
    }
  }
  auto out = generator.generate(requests);
  EXPECT_TRUE(out.ok()) << out.error().message;
  return std::move(out).value();
}

TEST(Registry, AWholeStudysModelsLoadAndAnswer) {
  auto models = load_models(world());
  ASSERT_TRUE(models.ok()) << models.error().message;
  const std::vector<Image> images = generated(*models->generator);
  const auto predictions = models->classifier->classify(images);
  ASSERT_TRUE(predictions.ok()) << predictions.error().message;
  for (const Prediction& p : *predictions) EXPECT_EQ(p.top.size(), Prediction::kTop);
  const auto judgements = models->judge->judge(images, "fly");
  ASSERT_TRUE(judgements.ok()) << judgements.error().message;
  for (const Judgement& j : *judgements) EXPECT_EQ(j.valid, j.score >= 0.5F);
  EXPECT_FALSE(models->judge->judge(images, "unicorn").ok());
  for (const Role* role :
       std::initializer_list<Role*>{models->generator.get(), models->classifier.get(), models->captioner.get(),
                                    models->embedder.get(), models->judge.get()}) {
    EXPECT_EQ(role->fingerprint().size(), 64U);
    EXPECT_FALSE(role->describe().empty());
    EXPECT_GT(role->batch(), 0U);
  }
}

TEST(Registry, EveryRolesAnswerIsTheSameAloneAndInABatch) {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    Study study = world();
    study.engine.precision = precision;
    auto models = load_models(study);
    ASSERT_TRUE(models.ok()) << models.error().message;
    const std::vector<Image> images = generated(*models->generator);
    const auto captions = models->captioner->caption(images);
    const auto vectors = models->embedder->embed_images(images);
    const auto predictions = models->classifier->classify(images);
    ASSERT_TRUE(captions.ok() && vectors.ok() && predictions.ok());
    for (std::size_t i = 0; i < images.size(); ++i) {
      const std::span alone(&images[i], 1);
      EXPECT_EQ(models->captioner->caption(alone)->front(), (*captions)[i]) << name_of(precision);
      EXPECT_EQ(models->embedder->embed_images(alone)->front(), (*vectors)[i]) << name_of(precision);
      EXPECT_EQ(models->classifier->classify(alone)->front(), (*predictions)[i]) << name_of(precision);
    }
    const std::vector<std::string> texts = {"a fly on a flower", "a cat", "", "a bee in the snow"};
    const auto all = models->embedder->embed_texts(texts);
    ASSERT_TRUE(all.ok()) << all.error().message;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto alone = models->embedder->embed_texts(std::span(&texts[i], 1));
      EXPECT_EQ(alone->front(), (*all)[i]) << name_of(precision);
      EXPECT_NEAR(std::inner_product((*all)[i].begin(), (*all)[i].end(), (*all)[i].begin(), 0.0), 1, 1e-5);
    }
    EXPECT_EQ((*all)[0].size(), vectors->front().size());
  }
}

TEST(Registry, TheEmbedderJudgesAmongTheStudysLabels) {
  Study study = world();
  study.judge.kind = JudgeKind::embedder;
  auto models = load_models(study);
  ASSERT_TRUE(models.ok()) << models.error().message;
  const std::vector<Image> images = generated(*models->generator);
  std::vector<double> sums(images.size());
  for (const StudyLabel& label : study.labels) {
    const auto judgements = models->judge->judge(images, label.name);
    ASSERT_TRUE(judgements.ok()) << judgements.error().message;
    for (std::size_t i = 0; i < images.size(); ++i) sums[i] += static_cast<double>((*judgements)[i].score);
  }
  for (const double sum : sums) EXPECT_NEAR(sum, 1, 1e-5);
  study.judge.kind = JudgeKind::none;
  EXPECT_EQ(load_models(study)->judge, nullptr);
}

/// A study of three colours, whose classifier is its judge.
Study colours(const std::string& judge) {
  const std::filesystem::path models = kModels;
  Study study = world();
  study.labels = {{"red", "red", "", {}}, {"blue", "blue", "", {}}};
  study.classifier = {};
  study.classifier.model = models / "logits.onnx";
  study.classifier.labels = models / "names.json";
  study.judge = {};
  study.judge.kind = JudgeKind::classifier;
  study.judge.model = models / judge;
  study.judge.labels = models / "names.json";
  return study;
}

TEST(Registry, AJudgesProbabilitiesAreLeftAsTheyAre) {
  const std::vector<Image> black = {{8, 8, std::vector<std::uint8_t>(std::size_t{8 * 8 * 3})}};
  Study study = colours("tenths.onnx");
  study.judge.output = Scores::logits;
  const auto scaled = load_models(study)->judge->judge(black, "red");
  ASSERT_TRUE(scaled.ok()) << scaled.error().message;
  EXPECT_NEAR(scaled->front().score, 1.0 / 3, 1e-6);
  study.judge.output = Scores::probabilities;
  const auto models = load_models(study);
  EXPECT_EQ(models->judge->judge(black, "red")->front().score, 0);
}

TEST(Registry, AJudgesNanIsAFailureAndNotAVerdict) {
  const auto models = load_models(colours("nan_at_seven.onnx"));
  ASSERT_TRUE(models.ok()) << models.error().message;
  const std::vector<Image> seven = {{8, 8, std::vector<std::uint8_t>(std::size_t{8 * 8 * 3}, 7)}};
  const auto answer = models->judge->judge(seven, "red");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::failed);
}

TEST(Registry, AStudyThatDoesNotFitItsModelsIsRefused) {
  Study study = world();
  study.labels.push_back({"unicorn", "unicorn", "", {}});
  expect_refused(study, "label 'unicorn': no class of");
  study = world();
  study.labels[0].class_name = "apple";  // the classifier has it; the judge goes by the name
  EXPECT_TRUE(load_models(study).ok());
  study = world();
  study.judge.labels = kWorld / "classifiers/labels.json";
  expect_refused(study, "holds 16 class names");
  study = world();
  study.judge.ensemble = networks(study.judge);
  EXPECT_TRUE(load_models(study).ok());
  study = world();
  study.captioner.model = kWorld / "nowhere";
  expect_refused(study, "nowhere: no such folder");
  study = world();
  study.embedder.model = kWorld / "captioner";
  expect_refused(study, "image_encoder.xml: no such model file");
  study = world();
  study.generator.model = "";
  EXPECT_FALSE(load_models(study).ok());
}

}  // namespace
}  // namespace scotoma
