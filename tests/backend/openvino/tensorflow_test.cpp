// SPDX-License-Identifier: Apache-2.0
// Classifiers as TensorFlow writes them, against the answers of its own runtimes
// (tests/cases/models/make_tensorflow_models.py).
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "fake/folder.h"
#include "fake/places.h"
#include "fake/supported.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

const fs::path kTensorflow = kModels / "tensorflow";

ClassifierOptions options(const fs::path& model) {
  ClassifierOptions out;
  out.model = model;
  out.labels = kTensorflow / "names.txt";
  out.batch = 2;
  return out;
}

class Tensorflow : public testing::TestWithParam<const char*> {};

TEST_P(Tensorflow, GivesTheProbabilitiesOfItsOwnRuntime) {
  const std::string name = GetParam();
  const auto recorded = read_json_file(kTensorflow / "answers.json").value();
  std::vector<Image> images;
  for (const auto& pixels : recorded.at("images")) images.push_back({8, 8, pixels.get<std::vector<std::uint8_t>>()});
  const auto classifier = load_classifier(options(kTensorflow / name), {Precision::f32, 1});
  ASSERT_TRUE(classifier.ok()) << classifier.error().message;
  const auto rows = (*classifier)->probabilities(images);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  const auto& expected = recorded.at("answers").at(name);
  ASSERT_EQ(rows->size(), expected.size());
  const double step = name == "inside.tflite" ? 1.5 / 256 : 1e-5;  // whole numbers inside are steps of 1/256 at the end
  for (std::size_t i = 0; i < rows->size(); ++i) {
    for (std::size_t c = 0; c < 4; ++c)
      EXPECT_NEAR((*rows)[i][c], expected[i][c].get<double>(), step) << name << ", image " << i;
  }
  fake::supported("classifiers", {name, std::to_string(rows->size()), name == "inside.tflite" ? "1.5/256" : "1e-5"});
}

INSTANTIATE_TEST_SUITE_P(Recorded, Tensorflow,
                         testing::Values("saved", "floats.tflite", "half.tflite", "inside.tflite"));

TEST(TensorflowModel, WithWholeNumbersAtItsOutputIsRefusedWithWhatToDo) {
  const auto refused = load_classifier(options(kTensorflow / "whole.tflite"), {Precision::f32, 1});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::bad_input);
  EXPECT_NE(refused.error().message.find("inference_output_type = tf.float32"), std::string::npos)
      << refused.error().message;
}

TEST(TensorflowModel, OfCapitalLettersIsToBeRenamed) {
  const fake::Folder folder;
  fs::copy_file(kTensorflow / "floats.tflite", folder.path() / "NET.TFLITE");
  const auto refused = load_classifier(options(folder.path() / "NET.TFLITE"), {Precision::f32, 1});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("rename it"), std::string::npos) << refused.error().message;
}

/// The weights of a SavedModel lie in a file of their own.
TEST(TensorflowModel, HasAnotherFingerprintWithOtherWeights) {
  const fake::Folder folder;
  fs::copy(kTensorflow / "saved", folder.path() / "saved", fs::copy_options::recursive);
  const auto fingerprint = [&] {
    const auto classifier = load_classifier(options(folder.path() / "saved"), {Precision::f32, 1});
    EXPECT_TRUE(classifier.ok()) << classifier.error().message;
    return classifier.ok() ? (*classifier)->fingerprint() : "";
  };
  const std::string before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  std::fstream weights(folder.path() / "saved/variables/variables.data-00000-of-00001",
                       std::ios::in | std::ios::out | std::ios::binary);
  weights.seekp(200);
  weights.put('\x3f');
  weights.close();
  EXPECT_NE(fingerprint(), before);
}

TEST(TensorflowModel, ThatIsDamagedIsRefused) {
  const fake::Folder folder;
  fs::create_directories(folder.path() / "saved");
  std::ofstream(folder.path() / "saved/saved_model.pb") << "no model";
  std::ofstream(folder.path() / "net.tflite") << "no model";
  for (const char* name : {"saved", "net.tflite"}) {
    const auto refused = load_classifier(options(folder.path() / name), {Precision::f32, 1});
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_EQ(refused.error().code, Code::bad_input) << refused.error().message;
    EXPECT_NE(refused.error().message.find(name), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace scotoma
