// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/classifier.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fake/places.h"
#include "scotoma/backend/files/class_names.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

ClassifierOptions options(const std::string& model, const std::string& names = "names.json") {
  ClassifierOptions out;
  out.model = kModels / model;
  out.labels = kModels / names;
  out.batch = 4;
  return out;
}

Image plain(int width, int height, int red, int green, int blue) {
  Image out{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    for (const int v : {red, green, blue}) out.rgb.push_back(static_cast<std::uint8_t>(v));
  }
  return out;
}

std::unique_ptr<Classifier> load(const ClassifierOptions& wanted, int threads = 1) {
  auto out = load_classifier(wanted, {Precision::f32, threads});
  EXPECT_TRUE(out.ok()) << out.error().message;
  return out.ok() ? std::move(out).value() : nullptr;
}

void expect_refused(const ClassifierOptions& wanted, const std::string& part, Code code = Code::bad_input) {
  const auto out = load_classifier(wanted, {Precision::f32, 1});
  ASSERT_FALSE(out.ok()) << wanted.model;
  EXPECT_EQ(out.error().code, code) << out.error().message;
  EXPECT_NE(out.error().message.find(part), std::string::npos) << out.error().message;
}

TEST(OpenvinoClassifier, FindsTheColourInEveryFormAClassifierComesIn) {
  for (const char* model : {"logits.onnx", "probabilities.onnx", "batch_of_one.onnx", "nhwc.onnx"}) {
    const auto classifier = load(options(model));
    ASSERT_NE(classifier, nullptr) << model;
    const std::vector<Image> images = {plain(8, 8, 90, 70, 60), plain(8, 8, 0, 0, 10), plain(8, 8, 1, 20, 3),
                                       plain(8, 8, 0, 0, 20), plain(8, 8, 50, 40, 45)};
    const auto predictions = classifier->classify(images);
    ASSERT_TRUE(predictions.ok()) << predictions.error().message;
    ASSERT_EQ(predictions->size(), images.size());
    const std::vector<int> expected = {0, 2, 1, 2, 0};
    for (std::size_t i = 0; i < images.size(); ++i) EXPECT_EQ((*predictions)[i].label(), expected[i]) << model << i;
    const auto& top = predictions->front().top;  // logits 9, 7, 6
    ASSERT_EQ(top.size(), 3U);
    EXPECT_NEAR(top[0].probability, 1 / (1 + std::exp(-2.0) + std::exp(-3.0)), 1e-5) << model;
    EXPECT_EQ(top[1].label, 1);
  }
}

TEST(OpenvinoClassifier, EqualProbabilitiesAreInTheOrderOfTheClasses) {
  const auto predictions = load(options("logits.onnx"))->classify(std::vector{plain(8, 8, 9, 9, 9)});
  ASSERT_TRUE(predictions.ok());
  EXPECT_EQ((*predictions)[0].top[0].label, 0);
  EXPECT_EQ((*predictions)[0].top[2].label, 2);
}

TEST(OpenvinoClassifier, PreprocessingIsDoneInTheOrderOfItsChannels) {
  ClassifierOptions wanted = options("logits.onnx");
  wanted.output = Scores::logits;
  wanted.preprocessing.channels = ChannelOrder::bgr;
  wanted.preprocessing.mean = {30, 20, 10};
  wanted.preprocessing.std = {2, 2, 1};
  const auto predictions = load(wanted)->classify(std::vector{plain(8, 8, 40, 40, 40)});
  ASSERT_TRUE(predictions.ok());  // (40-30)/2, (40-20)/2, 40-10, a tenth of it
  const double sum = std::exp(0.5) + std::exp(1.0) + std::exp(3.0);
  EXPECT_EQ((*predictions)[0].label(), 2);
  EXPECT_NEAR((*predictions)[0].top[0].probability, std::exp(3.0) / sum, 1e-5);
  EXPECT_NEAR((*predictions)[0].top[2].probability, std::exp(0.5) / sum, 1e-5);
}

TEST(OpenvinoClassifier, CropTakesTheMiddleAndStretchTakesAll) {
  Image wide = plain(24, 8, 200, 0, 0);  // red, a green square in the middle
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 8; x < 16; ++x) wide.rgb[(y * 24 + x) * 3] = 0, wide.rgb[(y * 24 + x) * 3 + 1] = 200;
  }
  ClassifierOptions wanted = options("logits.onnx");
  EXPECT_EQ(load(wanted)->classify(std::vector{wide})->front().label(), 0);
  wanted.preprocessing.fit = Fit::crop;
  const auto cropped = load(wanted)->classify(std::vector{wide});
  EXPECT_EQ(cropped->front().label(), 1);
  EXPECT_NEAR(cropped->front().top[0].probability, 1.0, 1e-6);
  EXPECT_EQ(resized_to_shorter({640, 481}, 256).width, 340);  // 256 * 640 / 481 = 340.6, cut as torchvision cuts it
}

TEST(OpenvinoClassifier, ImagesOfMixedSizesKeepTheirOrder) {
  ClassifierOptions wanted = options("open_size.onnx");
  expect_refused(wanted, "set width and height");
  wanted.preprocessing.width = wanted.preprocessing.height = 8;
  const auto classifier = load(wanted);
  std::vector<Image> images;
  for (int i = 0; i < 12; ++i) {
    images.push_back(plain(5 + i, 20 - i, i % 3 == 0 ? 100 : 0, i % 3 == 1 ? 100 : 0, i % 3 == 2 ? 100 : 0));
  }
  const auto predictions = classifier->classify(images);
  ASSERT_TRUE(predictions.ok()) << predictions.error().message;
  for (std::size_t i = 0; i < images.size(); ++i) EXPECT_EQ((*predictions)[i].label(), static_cast<int>(i % 3));
}

TEST(OpenvinoClassifier, ClassNamesAreReadFromEveryUsualFile) {
  const std::vector<std::string> expected = {"red", "green", "blue"};
  for (const char* file :
       {"names.json", "names.txt", "names_by_number.json", "id2label.json", "names_of_windows.txt"}) {
    const auto names = read_class_names(kModels / file);
    ASSERT_TRUE(names.ok()) << names.error().message;
    EXPECT_EQ(*names, expected) << file;
  }
  EXPECT_EQ(*read_class_names(kModels / "names_in_brackets.txt"), (std::vector<std::string>{"[red]", "green", "blue"}));
  EXPECT_FALSE(read_class_names(kModels / "bad_names.json").ok());
  EXPECT_FALSE(read_class_names(kModels / "absent.json").ok());
}

TEST(OpenvinoClassifier, OfSeveralOutputsTheOneWithANumberAClassIsTaken) {
  for (const char* model : {"two_outputs.onnx", "two_heads.onnx"}) {
    const auto classifier = load(options(model));
    ASSERT_NE(classifier, nullptr) << model;
    EXPECT_EQ(classifier->classify(std::vector{plain(8, 8, 0, 0, 90)})->front().label(), 2) << model;
  }
  expect_refused(options("two_unnamed_heads.onnx"), "it has the outputs other [?,3], one [?,3]");
}

TEST(OpenvinoClassifier, WhatIsNoClassifierIsRefusedWithAReason) {
  expect_refused(options("absent.onnx"), "no such model file");
  expect_refused(options("truncated.onnx"), "truncated.onnx: cannot be read as a model");
  expect_refused(options("not_a_model.onnx"), "cannot be read as a model");
  expect_refused(options("two_inputs.onnx"), "it needs one input");
  expect_refused(options("not_images.onnx"), "4 dimensions");
  expect_refused(options("image_to_image.onnx"), "not a classifier");
  expect_refused(options("grey.onnx", "four_names.json"), "grey.onnx has 1 outputs");
  expect_refused(options("logits.onnx", "four_names.json"), "holds 4 class names");
  expect_refused(options("logits.onnx", "absent.json"), "absent.json");
}

TEST(OpenvinoClassifier, NanIsAFailureAndNotAnAnswer) {
  expect_refused(options("always_nan.onnx"), "NaN");
  const auto classifier = load(options("nan_at_seven.onnx"));
  ASSERT_NE(classifier, nullptr);
  EXPECT_TRUE(classifier->classify(std::vector{plain(8, 8, 9, 9, 9)}).ok());
  const auto broken = classifier->classify(std::vector{plain(8, 8, 9, 9, 9), plain(8, 8, 7, 7, 7)});
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, Code::failed);
  EXPECT_NE(broken.error().message.find("NaN or infinity for image 2 of 2"), std::string::npos);
}

TEST(OpenvinoClassifier, AnswersThatDependOnTheBatchAreRefusedWithTheLikelyCause) {
  for (const int batch : {1, 2, 3, 8, 32}) {  // asked one by one it would be wrong as well
    ClassifierOptions wanted = options("batch_norm_in_training.onnx");
    wanted.batch = batch;
    expect_refused(wanted, "batch_norm_in_training.onnx: its answer to an image depends on what else is in the batch");
    expect_refused(wanted, "batch normalisation in training mode");
    wanted.model = kModels / "softmax_over_batch.onnx";
    expect_refused(wanted, "softmax over the batch (axis 0)");
  }
}

TEST(OpenvinoClassifier, AnswersThatDependOnChanceAreRefusedAtAnyBatch) {
  for (const int batch : {1, 2, 8}) {
    ClassifierOptions wanted = options("dropout_in_training.onnx");
    wanted.batch = batch;
    expect_refused(wanted, "dropout_in_training.onnx: gives different answers when it is asked the same twice");
    expect_refused(wanted, "dropout in training mode");
  }
  expect_refused(options("dropout_node_in_training.onnx"), "it was exported in training mode: export it for inference");
}

TEST(OpenvinoClassifier, ANumberThatStandsForNanIsFoundByItsSameness) {
  expect_refused(options("hidden_nan.onnx"), "hidden_nan.onnx: gives one answer to 4 very different inputs");
}

float first_probability(const ClassifierOptions& wanted, const Image& image) {
  const auto classifier = load(wanted);
  if (classifier == nullptr) return -1;
  const auto predictions = classifier->classify(std::vector{image});
  EXPECT_TRUE(predictions.ok());
  EXPECT_NE(classifier->describe().find("probabilities"), std::string::npos) << classifier->describe();
  return predictions->front().top[0].probability;
}

TEST(OpenvinoClassifier, ProbabilitiesThatDoNotAddUpToOneStayAsTheyAre) {
  const Image image = plain(8, 8, 150, 50, 50);  // logits 1, -1, -1
  EXPECT_NEAR(first_probability(options("sigmoid.onnx"), image), 1 / (1 + std::exp(-1.0)), 1e-5);
  EXPECT_NEAR(first_probability(options("quantised_softmax.onnx"), image), 1 / (1 + 2 * std::exp(-2.0)), 1.0 / 255);
  ClassifierOptions wanted = options("unnamed_sigmoid.onnx");
  wanted.output = Scores::probabilities;
  EXPECT_NEAR(first_probability(wanted, image), 1 / (1 + std::exp(-1.0)), 1e-5);
}

TEST(OpenvinoClassifier, WhereScoresCannotBeToldOrAreContradictedTheStudyIsAsked) {
  expect_refused(options("unnamed_sigmoid.onnx"), "are they logits or probabilities? Say output =");
  expect_refused(options("percent.onnx"), "probabilities that are scaled");
  ClassifierOptions wanted = options("logits.onnx");
  wanted.output = Scores::probabilities;
  expect_refused(wanted, "logits.onnx: output = \"probabilities\", but it gives");
  for (const char* model : {"probabilities.onnx", "sigmoid.onnx"}) {
    wanted = options(model);
    wanted.output = Scores::logits;
    expect_refused(wanted, "output = \"logits\", but it ends in a s");
  }
}

TEST(OpenvinoClassifier, MeanAndStdBeforeBytesAreRefused) {
  ClassifierOptions wanted = options("bytes.onnx");
  EXPECT_EQ(load(wanted)->classify(std::vector{plain(8, 8, 1, 20, 3)})->front().label(), 1);
  wanted.preprocessing.mean = {127.5, 127.5, 127.5};
  expect_refused(wanted, "an input of whole numbers (u8)");
  wanted.preprocessing.mean = {0, 0, 0};
  wanted.preprocessing.std = {255, 255, 255};
  expect_refused(wanted, "leave both out");
}

TEST(OpenvinoClassifier, TheFingerprintKnowsModelAndOptions) {
  const std::string base = load(options("logits.onnx"))->fingerprint();
  EXPECT_EQ(load(options("logits.onnx"), 2)->fingerprint(), base);
  EXPECT_NE(load(options("probabilities.onnx"))->fingerprint(), base);
  EXPECT_NE(load(options("logits.onnx", "names.txt"))->fingerprint(), base);
  ClassifierOptions wanted = options("logits.onnx");
  wanted.preprocessing.mean = {1, 0, 0};
  EXPECT_NE(load(wanted)->fingerprint(), base);
}

}  // namespace
}  // namespace scotoma
