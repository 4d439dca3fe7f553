// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/image_network.h"

#include <gtest/gtest.h>

#include "fake/folder.h"
#include "fake/pillow_cases.h"
#include "fake/places.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/preprocessor_config.h"

namespace scotoma {
namespace {

Image image(int width, int height, bool edges = false) { return fake::pillow_image(width, height, edges); }

std::unique_ptr<ImageNetwork> network(const Preprocessing& preprocessing) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto path = kModels / "identity.onnx";
  auto out = ImageNetwork::create(engine, engine->read(path).value(), preprocessing, "out", 2, path);
  EXPECT_TRUE(out.ok()) << out.error().message;
  return out.ok() ? std::move(out).value() : nullptr;
}

/// Ours [3, height, width] as Pillow's [height, width, 3].
std::vector<std::uint8_t> bytes_of(const std::vector<float>& ours) {
  const std::size_t area = ours.size() / 3;
  std::vector<std::uint8_t> bytes(ours.size());
  for (std::size_t i = 0; i < ours.size(); ++i) bytes[i % area * 3 + i / area] = static_cast<std::uint8_t>(ours[i]);
  return bytes;
}

/// The input of the network for a case.
std::vector<std::uint8_t> fitted(const nlohmann::json& one) {
  Preprocessing wanted;
  wanted.width = one["to"][0];
  wanted.height = one["to"][1];
  wanted.filter = *named<Filter>(one["filter"].get<std::string>());
  if (one.contains("crop")) wanted.fit = Fit::crop;
  wanted.crop_floors = one.value("crop", "") == "transformers";
  wanted.resize_to = one.value("resize_to", 0);
  const auto takes = network(wanted);
  if (takes == nullptr) return {};
  const auto rows = takes->run(std::vector{image(one["from"][0], one["from"][1], one["edges"])});
  EXPECT_TRUE(rows.ok()) << rows.error().message;
  return rows.ok() ? bytes_of(rows->front()) : std::vector<std::uint8_t>();
}

TEST(ImageNetwork, SeesThePixelsThatPillowMakes) {
  int crops = 0;
  for (const auto& one : fake::pillow_cases(SCOTOMA_SOURCE_DIR)) {
    if (one["to"][0] > 300) continue;
    if (!one.contains("crop") && one["from"] != nlohmann::json{16, 12}) continue;  // the others: image/resize_test.cpp
    EXPECT_TRUE(fake::are_pillows(fitted(one), one)) << one["filter"] << " " << one["from"] << " " << one["to"];
    crops += one.contains("crop") ? 1 : 0;
  }
  EXPECT_EQ(crops, 42);
}

TEST(ImageNetwork, ImagesOfManySizesInABatchAnswerAsAlone) {
  Preprocessing wanted;
  wanted.width = wanted.height = 4;
  const auto takes = network(wanted);
  ASSERT_NE(takes, nullptr);
  EXPECT_EQ(takes->seconds(), 0);
  std::vector<Image> images;
  for (int side = 3; side < 10; ++side) images.push_back(image(side, 13 - side));
  const auto all = takes->run(images);
  ASSERT_TRUE(all.ok()) << all.error().message;
  for (std::size_t i = 0; i < images.size(); ++i) {
    EXPECT_EQ(takes->run(std::vector{images[i]}).value().front(), (*all)[i]) << i;
  }
  EXPECT_GT(takes->seconds(), 0);
  EXPECT_TRUE(takes->run({}).value().empty());
  EXPECT_FALSE(takes->run(std::vector{Image{}}).ok());
}

TEST(ImageNetwork, WithoutResizingOnlyImagesOfItsSizeAreTaken) {
  Preprocessing wanted;
  wanted.width = wanted.height = 8;
  wanted.resize = false;
  const auto takes = network(wanted);
  ASSERT_NE(takes, nullptr);
  EXPECT_TRUE(takes->run(std::vector{image(8, 8)}).ok());
  const auto other = takes->run(std::vector{image(9, 8)});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("takes images of 8 x 8"), std::string::npos) << other.error().message;
}

struct ConfigCase {
  const char* json;
  Preprocessing expected;
};

Preprocessing prep(int width, int height, Fit fit, int resize_to, Filter filter = Filter::bilinear) {
  Preprocessing out;
  out.width = width;
  out.height = height;
  out.fit = fit;
  out.resize_to = resize_to;
  out.filter = filter;
  return out;
}

TEST(PreprocessorConfig, SaysWhatItsProcessorDoes) {
  const std::string plain = R"("do_normalize": false, "do_rescale": false)";
  Preprocessing untouched = prep(0, 0, Fit::stretch, 0);
  untouched.resize = false;
  const ConfigCase cases[] = {
      {R"("size": {"height": 32, "width": 48})", prep(48, 32, Fit::stretch, 0)},
      {R"("size": 48)", prep(48, 48, Fit::stretch, 0)},
      {R"("size": 48, "resample": 3)", prep(48, 48, Fit::stretch, 0, Filter::bicubic)},
      {R"("size": 48, "resample": 0)", prep(48, 48, Fit::stretch, 0, Filter::nearest)},
      {R"("size": 48, "resample": 1)", prep(48, 48, Fit::stretch, 0, Filter::lanczos)},
      {R"("size": 48, "resample": 4)", prep(48, 48, Fit::stretch, 0, Filter::box)},
      {R"("size": 48, "resample": 5)", prep(48, 48, Fit::stretch, 0, Filter::hamming)},
      {R"("size": {"shortest_edge": 64}, "do_center_crop": true, "crop_size": 48)", prep(48, 48, Fit::crop, 64)},
      {R"("size": 64, "do_center_crop": true, "crop_size": 48)", prep(48, 48, Fit::crop, 64)},
      {R"("size": 64, "do_center_crop": true, "crop_size": {"height": 40, "width": 48})", prep(48, 40, Fit::crop, 64)},
      {R"("size": {"shortest_edge": 64})", prep(64, 64, Fit::crop, 64)},
      {R"("size": {"height": 48, "width": 48}, "do_center_crop": true, "crop_size": 48)",
       prep(48, 48, Fit::stretch, 0)},
      {R"("size": 48, "do_resize": false)", untouched},
  };
  for (const ConfigCase& one : cases) {
    const fake::Folder folder;
    const auto got = read_preprocessor_config(folder.write("p.json", "{" + std::string(one.json) + ", " + plain + "}"));
    ASSERT_TRUE(got.ok()) << one.json << ": " << got.error().message;
    const Preprocessing& want = one.expected;
    EXPECT_EQ(std::tie(got->width, got->height, got->fit, got->resize_to, got->filter, got->resize),
              std::tie(want.width, want.height, want.fit, want.resize_to, want.filter, want.resize))
        << one.json;
    EXPECT_EQ(got->crop_floors, want.fit == Fit::crop) << one.json;
    EXPECT_EQ(got->mean, (std::vector<double>{0, 0, 0}));
    EXPECT_EQ(got->std, (std::vector<double>{1, 1, 1}));
  }
}

TEST(PreprocessorConfig, MeanAndDeviationBecomeBytes) {
  const fake::Folder folder;
  const auto got = read_preprocessor_config(
      folder.write("p.json", R"({"size": 8, "image_mean": [0.5, 0.25, 0], "image_std": [0.5, 1, 2]})"));
  ASSERT_TRUE(got.ok()) << got.error().message;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(got->mean[i], (std::vector{127.5, 63.75, 0.0})[i], 1e-9);
    EXPECT_NEAR(got->std[i], (std::vector{127.5, 255.0, 510.0})[i], 1e-9);
  }
}

/// As CLIPProcessor.save_pretrained of transformers 5.24 writes it, and nothing beside it.
TEST(PreprocessorConfig, StandsInTheWholeProcessorsFileToo) {
  const fake::Folder folder;
  folder.write("processor_config.json",
               R"({"image_processor": {"crop_size": {"height": 224, "width": 224}, "do_center_crop": true,
                   "do_convert_rgb": true, "do_normalize": true, "do_rescale": true, "do_resize": true,
                   "image_mean": [0.5, 0.25, 0], "image_processor_type": "CLIPImageProcessor", "image_std": [0.5, 1, 2],
                   "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 224}},
                   "processor_class": "CLIPProcessor"})");
  const auto got = read_preprocessor_config(folder / "preprocessor_config.json");
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(std::tie(got->width, got->height, got->fit, got->resize_to, got->filter),
            std::make_tuple(224, 224, Fit::crop, 224, Filter::bicubic));
  EXPECT_NEAR(got->mean[0], 127.5, 1e-9);
  folder.write("processor_config.json", R"({"processor_class": "CLIPProcessor"})");
  const auto lacking = read_preprocessor_config(folder / "preprocessor_config.json");
  ASSERT_FALSE(lacking.ok());
  EXPECT_NE(lacking.error().message.find("processor_config.json: holds no image_processor"), std::string::npos);
}

TEST(PreprocessorConfig, WhatItCannotDoIsRefused) {
  const char* const bad[] = {
      R"({"size": 48, "resample": 6})",
      R"({"size": 48, "resample": -1})",
      R"({"size": 48, "resample": "bicubic"})",
      R"({"size": -1})",
      R"({"size": 1e300})",
      R"({"size": {"longest_edge": 48}})",
      R"({"size": {"shortest_edge": 48, "longest_edge": 96}})",
      R"({"size": {"height": "48", "width": 48}})",
      R"({"size": {"height": 64, "width": 64}, "do_center_crop": true, "crop_size": 48})",
      R"({"size": 48, "do_resize": false, "do_center_crop": true, "crop_size": 48})",
      R"({"size": 48, "do_resize": 1})",
      R"({"size": 48, "do_flip_channel_order": true})",
      R"({"size": 48, "crop_pct": 0.9})",
      R"({"size": 48, "rescale_factor": 0})",
      R"({"size": 48, "image_mean": [0.5]})",
      R"({"size": 48, "image_mean": 1e999})",
      R"([])",
  };
  for (const char* text : bad) {
    const fake::Folder folder;
    const auto got = read_preprocessor_config(folder.write("p.json", text));
    ASSERT_FALSE(got.ok()) << text;
    EXPECT_EQ(got.error().code, Code::bad_input);
    EXPECT_NE(got.error().message.find("p.json"), std::string::npos) << got.error().message;
  }
}

}  // namespace
}  // namespace scotoma
