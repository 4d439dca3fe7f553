// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/judge/classifier_judge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/openvino/classifier.h"
#include "scotoma/core/hash.h"

namespace scotoma {
namespace {

Image plain(int red, int green, int blue) {
  Image out{8, 8, {}};
  for (int i = 0; i < 64; ++i) {
    for (const int v : {red, green, blue}) out.rgb.push_back(static_cast<std::uint8_t>(v));
  }
  return out;
}

/// Judges of the labels red and blue. Each network gives a tenth of the image's channels as its probabilities; what a
/// channel is called is what its list of names says.
class Judges : public testing::Test {
 protected:
  ClassifierOptions network(const std::string& names, const std::string& model = "tenths.onnx") {
    ClassifierOptions out;
    out.model = kModels / model;
    out.labels = folder_.write(fmt::format("names{}.json", ++written_), names);
    out.output = Scores::probabilities;
    return out;
  }
  ClassifierOptions in_order() { return network(R"(["red", "green", "blue"])"); }
  ClassifierOptions turned_round() { return network(R"(["blue", "nothing", "red"])"); }

  std::unique_ptr<OpenvinoClassifier> load(const ClassifierOptions& of) {
    auto out = OpenvinoClassifier::load(engine_, of);
    EXPECT_TRUE(out.ok()) << out.error().message;
    return std::move(out).value();
  }

  Result<std::unique_ptr<Judge>> judge(const std::vector<ClassifierOptions>& of) {
    JudgeOptions options;
    options.model = of[0].model;
    options.labels = of[0].labels;
    options.ensemble.assign(of.begin() + 1, of.end());
    std::vector<std::unique_ptr<Classifier>> loaded;
    for (const ClassifierOptions& each : of) loaded.push_back(load(each));
    return ClassifierJudge::create(std::move(loaded), labels_, options);
  }

  float score(const std::vector<ClassifierOptions>& of, const Image& image, const std::string& label) {
    const auto answer = judge(of).value()->judge(std::span(&image, 1), label);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->front().valid, answer->front().score >= 0.5F);
    return answer->front().score;
  }

  fake::Folder folder_;
  int written_ = 0;
  std::shared_ptr<Engine> engine_ = Engine::create({Precision::f32, 1}).value();
  std::vector<StudyLabel> labels_ = {{"red", "red", "", {}}, {"blue", "blue", "", {}}};
};

TEST_F(Judges, SeveralNetworksScoreTheMeanEachByItsOwnNames) {
  struct Case {
    Image image;
    std::string label;
    float alone;       // in_order
    float together;    // with turned_round
    float with_third;  // and in_order once more
  };
  const std::vector<Case> cases = {
      {plain(10, 0, 0), "red", 1.0F, 0.5F, 2.0F / 3},   // one takes it for red for sure, the other for blue
      {plain(8, 5, 1), "red", 0.8F, 0.45F, 1.7F / 3},   // valid alone, not by the mean of two
      {plain(8, 5, 1), "blue", 0.1F, 0.45F, 1.0F / 3},  // "nothing" of the second is no label
      {plain(3, 9, 8), "red", 0.3F, 0.55F, 1.4F / 3},   // valid by the mean of two alone
      {plain(6, 0, 6), "blue", 0.6F, 0.6F, 0.6F},       // they agree
      {plain(0, 10, 0), "red", 0.0F, 0.0F, 0.0F}};
  const ClassifierOptions one = in_order();
  const ClassifierOptions two = turned_round();
  for (const Case& c : cases) {
    EXPECT_FLOAT_EQ(score({one}, c.image, c.label), c.alone) << c.label;
    EXPECT_FLOAT_EQ(score({one, two}, c.image, c.label), c.together) << c.label;
    EXPECT_FLOAT_EQ(score({one, two, one}, c.image, c.label), c.with_third) << c.label;
  }
}

TEST_F(Judges, TheMeanLiesBetweenItsNetworksAndDoesNotDependOnTheirOrder) {
  const std::vector<ClassifierOptions> all = {in_order(), turned_round(), network(R"(["a", "red", "blue"])")};
  std::vector<Image> images;
  for (int i = 0; i < 40; ++i) images.push_back(plain(i * 3 % 11, i * 7 % 11, i * 5 % 11));
  std::vector<std::vector<Judgement>> alone;
  for (const auto& each : all) alone.push_back(judge({each}).value()->judge(images, "blue").value());
  const auto mean = judge(all).value()->judge(images, "blue").value();
  EXPECT_EQ(judge({all[2], all[0], all[1]}).value()->judge(images, "blue").value(), mean);
  EXPECT_EQ(judge({all[1], all[1]}).value()->judge(images, "blue").value(), alone[1]) << "a network beside itself";
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto [low, high] = std::minmax({alone[0][i].score, alone[1][i].score, alone[2][i].score});
    EXPECT_GE(mean[i].score, low);
    EXPECT_LE(mean[i].score, high);
  }
}

TEST_F(Judges, TheFingerprintOfOneNetworkIsWhatItWasAndThatOfSeveralIsOfAllInTheirOrder) {
  const ClassifierOptions one = in_order();
  const ClassifierOptions two = turned_round();
  Hasher as_ever;  // caches hold answers under it
  as_ever.field("judge").field(load(one)->fingerprint()).field("0.5");
  as_ever.field("red").field("red").field("blue").field("blue");
  std::vector<std::string> different = {judge({one}).value()->fingerprint()};
  EXPECT_EQ(different[0], as_ever.hex());
  for (const auto& of : std::vector<std::vector<ClassifierOptions>>{
           {two}, {one, two}, {two, one}, {one, one}, {one, two, two}, {one, network(R"(["red", "blue", "green"])")}}) {
    different.push_back(judge(of).value()->fingerprint());
    EXPECT_EQ(judge(of).value()->fingerprint(), different.back());
  }
  std::sort(different.begin(), different.end());
  EXPECT_EQ(std::unique(different.begin(), different.end()), different.end());
}

TEST_F(Judges, DescribeNamesEveryNetwork) {
  EXPECT_TRUE(judge({in_order()}).value()->describe().starts_with("classifier tenths.onnx, 3 classes"));
  const auto both = judge({in_order(), network(R"(["red", "blue", "x"])", "probabilities.onnx")}).value();
  EXPECT_TRUE(both->describe().starts_with("mean of 2 classifiers (tenths.onnx, ")) << both->describe();
  EXPECT_NE(both->describe().find("; probabilities.onnx, "), std::string::npos) << both->describe();
  EXPECT_TRUE(both->describe().ends_with("valid from probability 0.5")) << both->describe();
}

TEST_F(Judges, ALabelThatOneNetworkLacksOrHasTwiceIsRefusedWithItsFileOfNames) {
  for (const char* names : {R"(["red", "green", "grey"])", R"(["blue", "red", "blue"])"}) {
    const ClassifierOptions bad = network(names);
    for (const auto& of : std::vector<std::vector<ClassifierOptions>>{{bad}, {bad, in_order()}, {in_order(), bad}}) {
      const auto refused = judge(of);
      ASSERT_FALSE(refused.ok()) << names;
      EXPECT_EQ(refused.error().code, Code::bad_input);
      EXPECT_TRUE(refused.error().message.starts_with(bad.labels.string())) << refused.error().message;
      EXPECT_NE(refused.error().message.find("'blue'"), std::string::npos) << refused.error().message;
    }
  }
}

TEST_F(Judges, NanOfOneNetworkIsAFailureOfAll) {
  const auto both = judge({in_order(), network(R"(["red", "green", "blue"])", "tenths_nan_at_seven.onnx")}).value();
  const std::vector<Image> images = {plain(1, 2, 3), plain(7, 7, 7)};
  const auto answer = both->judge(images, "red");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::failed);
  EXPECT_NE(answer.error().message.find("tenths_nan_at_seven.onnx"), std::string::npos) << answer.error().message;
}

}  // namespace
}  // namespace scotoma
