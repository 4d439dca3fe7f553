// SPDX-License-Identifier: Apache-2.0
// Embedders as optimum-intel exports them, against what transformers computes (tests/cases/models/make_embedders.py).
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fake/places.h"
#include "fake/supported.h"
#include "scotoma/backend/openvino/towers.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

using Rows = std::vector<std::vector<float>>;

/// The images that the script makes.
std::vector<Image> exported_images() {
  constexpr int kSide = 16;
  std::vector<Image> images;
  for (int j = 0; j < 4; ++j) {
    Image image{kSide, kSide, {}};
    for (int i = 0; i < kSide * kSide * 3; ++i)
      image.rgb.push_back(static_cast<std::uint8_t>((7 * i + 31 * j * i / 5) % 256));
    images.push_back(std::move(image));
  }
  return images;
}

nlohmann::json expected_vectors() { return nlohmann::json::parse(std::ifstream(kModels / "embedders/expected.json")); }

void expect_near(const Rows& rows, const nlohmann::json& expected) {
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ASSERT_EQ(rows[row].size(), expected[row].size());
    for (std::size_t i = 0; i < rows[row].size(); ++i)
      EXPECT_NEAR(rows[row][i], expected[row][i].get<float>(), 1e-4) << row << ", " << i;
  }
}

class ExportedEmbedder : public testing::TestWithParam<const char*> {};

TEST_P(ExportedEmbedder, GivesTheVectorsOfTransformers) {
  const auto embedder = load_embedder({.model = kModels / "embedders" / GetParam(), .batch = 4}, {});
  ASSERT_TRUE(embedder.ok()) << embedder.error().message;
  const auto expected = expected_vectors();
  const auto images = (*embedder)->embed_images(exported_images());
  ASSERT_TRUE(images.ok()) << images.error().message;
  expect_near(*images, expected[GetParam()]["images"]);
  const auto texts = (*embedder)->embed_texts(expected["texts"].get<std::vector<std::string>>());
  ASSERT_TRUE(texts.ok()) << texts.error().message;
  expect_near(*texts, expected[GetParam()]["texts"]);
  fake::supported("embedders", {GetParam(), fmt::format("{} images, {} texts", images->size(), texts->size())});
}

INSTANTIATE_TEST_SUITE_P(Optimum, ExportedEmbedder, testing::Values("clip", "siglip", "open_clip"),
                         [](const auto& test) { return std::string(test.param); });

TEST(CutAt, KeepsOnlyWhatAnOutputNeeds) {
  const auto engine = Engine::create({});
  ASSERT_TRUE(engine.ok());
  const auto whole = (*engine)->read(kModels / "embedders/clip/openvino_model.xml");
  ASSERT_TRUE(whole.ok()) << whole.error().message;
  const auto images = cut_at(**whole, "image_embeds", "clip.xml");
  ASSERT_TRUE(images.ok()) << images.error().message;
  ASSERT_EQ((*images)->inputs().size(), 1U);
  EXPECT_TRUE((*images)->input(0).get_names().contains("pixel_values"));
  EXPECT_LT((*images)->get_ops().size(), (*whole)->get_ops().size());
  const auto texts = cut_at(**whole, "text_embeds", "clip.xml");
  ASSERT_TRUE(texts.ok()) << texts.error().message;
  EXPECT_EQ((*texts)->inputs().size(), 2U);
  EXPECT_EQ((*whole)->inputs().size(), 3U) << "the whole model was changed";
  const auto none = cut_at(**whole, "audio_embeds", "clip.xml");
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message.find("clip.xml: has no output audio_embeds"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
