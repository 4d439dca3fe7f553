#include "backend/openvino/image_network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "backend/openvino/json_file.h"
#include "fake/folder.h"

namespace scotoma {
namespace {

const std::filesystem::path kCases = std::filesystem::path(SCOTOMA_SOURCE_DIR) / "tests/cases";

std::unique_ptr<ImageNetwork> network(const Preprocessing& preprocessing) {
  const auto engine = Engine::create({"f32", 1}).value();
  const auto path = kCases / "models/identity.onnx";
  auto out = ImageNetwork::create(engine, engine->read(path).value(), preprocessing, "out", 2, path);
  EXPECT_TRUE(out.ok()) << out.error().message;
  return out.ok() ? std::move(out).value() : nullptr;
}

/// The picture of make_cases.py.
Image picture(int width, int height, bool edges) {
  Image out{width, height, {}};
  for (std::int64_t k = 0; k < std::int64_t{3} * width * height; ++k) {
    const std::int64_t byte = (k * k * 37 + k * 101) % 65521 % 256;
    out.rgb.push_back(static_cast<std::uint8_t>(!edges ? byte : byte >= 128 ? 255 : 0));
  }
  return out;
}

/// The largest difference between ours [3, height, width] and Pillow's [height, width, 3].
double difference(const std::vector<float>& ours, const std::vector<int>& theirs) {
  const std::size_t area = theirs.size() / 3;
  double worst = ours.size() == theirs.size() ? 0 : 1000;
  for (std::size_t i = 0; worst < 1000 && i < area; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      worst = std::max(worst, std::fabs(double{ours[c * area + i]} - theirs[3 * i + c]));
  }
  return worst;
}

TEST(ImageNetwork, ResizesAsPillowDoes) {
  const auto cases = read_json_file(kCases / "resize/cases.json", true);
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  ASSERT_EQ(cases->size(), 36U);
  const std::map<std::string, double> allowed = {{"nearest", 0}, {"bilinear", 1}, {"bicubic", 1}};
  for (const auto& one : *cases) {
    Preprocessing wanted;
    wanted.width = one["to"][0];
    wanted.height = one["to"][1];
    wanted.filter = one["filter"];
    const auto resizes = network(wanted);
    ASSERT_NE(resizes, nullptr);
    const auto rows = resizes->run(std::vector{picture(one["from"][0], one["from"][1], one["edges"])});
    ASSERT_TRUE(rows.ok()) << rows.error().message;
    EXPECT_LE(difference(rows->front(), one["bytes"]), allowed.at(wanted.filter))
        << wanted.filter << " " << one["from"].dump() << " to " << one["to"].dump() << (one["edges"] ? " edges" : "");
  }
}

TEST(ImageNetwork, KeepsTheSizesUsedLastAndTheSameAnswers) {
  Preprocessing wanted;
  wanted.width = wanted.height = 4;
  const auto resizes = network(wanted);
  ASSERT_NE(resizes, nullptr);
  std::vector<std::vector<float>> first;
  for (int round = 0; round < 2; ++round) {
    double before = 0;
    for (int side = 3; side < 15; ++side) {  // more sizes than are kept
      const auto rows = resizes->run(std::vector{picture(side, side, false)});
      ASSERT_TRUE(rows.ok()) << rows.error().message;
      if (round == 0) first.push_back(rows->front());
      EXPECT_EQ(rows->front(), first[static_cast<std::size_t>(side - 3)]);
      EXPECT_GT(resizes->seconds(), before) << "the time of a network that was dropped is lost";
      before = resizes->seconds();
    }
  }
}

TEST(ImageNetwork, WithoutResizingOnlyPicturesOfItsSizeAreTaken) {
  Preprocessing wanted;
  wanted.width = wanted.height = 8;
  wanted.resize = false;
  const auto takes = network(wanted);
  ASSERT_NE(takes, nullptr);
  EXPECT_TRUE(takes->run(std::vector{picture(8, 8, false)}).ok());
  const auto other = takes->run(std::vector{picture(9, 8, false)});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("takes pictures of 8 x 8"), std::string::npos) << other.error().message;
}

struct ConfigCase {
  const char* json;
  Preprocessing expected;
};

Preprocessing prep(int width, int height, const char* fit, int resize_to, const char* filter = "bilinear") {
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
  Preprocessing untouched = prep(0, 0, "stretch", 0);
  untouched.resize = false;
  const ConfigCase cases[] = {
      {R"("size": {"height": 32, "width": 48})", prep(48, 32, "stretch", 0)},
      {R"("size": 48)", prep(48, 48, "stretch", 0)},
      {R"("size": 48, "resample": 3)", prep(48, 48, "stretch", 0, "bicubic")},
      {R"("size": 48, "resample": 0)", prep(48, 48, "stretch", 0, "nearest")},
      {R"("size": {"shortest_edge": 64}, "do_center_crop": true, "crop_size": 48)", prep(48, 48, "crop", 64)},
      {R"("size": 64, "do_center_crop": true, "crop_size": 48)", prep(48, 48, "crop", 64)},
      {R"("size": 64, "do_center_crop": true, "crop_size": {"height": 40, "width": 48})", prep(48, 40, "crop", 64)},
      {R"("size": {"shortest_edge": 64})", prep(64, 64, "crop", 64)},
      {R"("size": {"height": 48, "width": 48}, "do_center_crop": true, "crop_size": 48)", prep(48, 48, "stretch", 0)},
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
            std::make_tuple(224, 224, std::string("crop"), 224, std::string("bicubic")));
  EXPECT_NEAR(got->mean[0], 127.5, 1e-9);
  folder.write("processor_config.json", R"({"processor_class": "CLIPProcessor"})");
  const auto lacking = read_preprocessor_config(folder / "preprocessor_config.json");
  ASSERT_FALSE(lacking.ok());
  EXPECT_NE(lacking.error().message.find("processor_config.json: holds no image_processor"), std::string::npos);
}

TEST(PreprocessorConfig, WhatItCannotDoIsRefused) {
  const char* const bad[] = {
      R"({"size": 48, "resample": 1})",
      R"({"size": 48, "resample": 4})",
      R"({"size": 48, "resample": 5})",
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
