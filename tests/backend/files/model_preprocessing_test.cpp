// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/model_preprocessing.h"

#include <gtest/gtest.h>

#include <string>

#include "fake/folder.h"

namespace scotoma {
namespace {

class ModelPreprocessing : public testing::Test {
 protected:
  Result<Preprocessing> read() const { return preprocessing_of({.of_folder = true}, folder_ / "model.onnx"); }
  fake::Folder folder_;
};

/// As timm 1.0.31 saves resnet50.a1_in1k.
TEST_F(ModelPreprocessing, IsTimmsOfEvaluation) {
  folder_.write("config.json",
                R"({"architecture": "resnet50", "num_classes": 1000, "pretrained_cfg": {"input_size": [3, 224, 224],
                "fixed_input_size": false, "interpolation": "bicubic", "crop_pct": 0.95, "crop_mode": "center",
                "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}})");
  const auto read_here = read();
  ASSERT_TRUE(read_here.ok()) << read_here.error().message;
  EXPECT_EQ(read_here->fit, Fit::crop);
  EXPECT_EQ(read_here->resize_to, 235) << "floor(224 / 0.95)";
  EXPECT_EQ(read_here->width, 224);
  EXPECT_EQ(read_here->filter, Filter::bicubic);
  EXPECT_NEAR(read_here->mean[0], 123.675, 1e-9);
  EXPECT_NEAR(read_here->std[2], 57.375, 1e-9);
}

TEST_F(ModelPreprocessing, IsTimmsOfOlderFilesToo) {
  folder_.write("config.json", R"({"architecture": "resnet18", "num_classes": 1000, "input_size": [3, 64, 64],
                "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "crop_pct": 1.0, "interpolation": "bilinear"})");
  const auto read_here = read();
  ASSERT_TRUE(read_here.ok()) << read_here.error().message;
  EXPECT_EQ(read_here->width, 64);
  EXPECT_NEAR(read_here->mean[0], 127.5, 1e-9);
}

TEST_F(ModelPreprocessing, OfProcessorsThatDoMoreThanTheirFilesSayIsRefused) {
  for (const char* config : {R"({"image_processor_type": "EfficientNetImageProcessor", "size": 64})",
                             R"({"image_processor_type": "LevitImageProcessor", "size": {"shortest_edge": 64}})",
                             R"({"feature_extractor_type": "ConvNextFeatureExtractor", "size": 64})",
                             R"({"include_top": true, "size": 64})", R"({"rescale_offset": true, "size": 64})"}) {
    folder_.write("preprocessor_config.json", config);
    EXPECT_FALSE(read().ok()) << config;
  }
}

/// Each class of processors has numbers of its own for these.
TEST_F(ModelPreprocessing, ThatNormalisesAndDoesNotSayByWhatIsRefused) {
  folder_.write("preprocessor_config.json", R"({"image_processor_type": "ViTImageProcessor", "size": 8})");
  ASSERT_FALSE(read().ok());
  EXPECT_NE(read().error().message.find("image_mean and image_std are missing"), std::string::npos);
  folder_.write("preprocessor_config.json", R"({"size": 8, "do_normalize": false})");
  EXPECT_TRUE(read().ok());
}

TEST_F(ModelPreprocessing, OfTransformersComesFirst) {
  folder_.write("config.json", R"({"pretrained_cfg": {"input_size": [3, 32, 32]}})");
  folder_.write("preprocessor_config.json", R"({"size": {"height": 48, "width": 48}, "do_resize": true,
                "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 3})");
  const auto read_here = read();
  ASSERT_TRUE(read_here.ok()) << read_here.error().message;
  EXPECT_EQ(read_here->width, 48);
  EXPECT_NEAR(read_here->mean[1], 127.5, 1e-9);
}

TEST_F(ModelPreprocessing, IsTheStudysWhereItSaysSomethingAndWhereTheFolderSaysNothing) {
  EXPECT_EQ(read()->width, 0);
  folder_.write("config.json", R"({"model_type": "resnet", "id2label": {"0": "fly"}})");
  EXPECT_EQ(read()->width, 0);
  folder_.write("config.json", R"({"pretrained_cfg": {"input_size": [3, 32, 32]}})");
  EXPECT_EQ(read()->width, 32);
  EXPECT_EQ(preprocessing_of({.width = 8}, folder_ / "model.onnx")->width, 8);
}

TEST_F(ModelPreprocessing, ThatIsNotOursIsRefusedWithWhatToDo) {
  for (const char* config :
       {R"({"input_size": [1, 28, 28]})", R"({"interpolation": "lanczos4"})", R"({"crop_mode": "border"})",
        R"({"input_size": [3, 224, 160]})", R"({"mean": [0.5]})", R"({"crop_pct": 0})", R"({"input_size": "224"})"}) {
    folder_.write("config.json", std::string(R"({"pretrained_cfg": )") + config + "}");
    const auto refused = read();
    ASSERT_FALSE(refused.ok()) << config;
    EXPECT_EQ(refused.error().code, Code::bad_input);
    EXPECT_NE(refused.error().message.find("config.json"), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace scotoma
