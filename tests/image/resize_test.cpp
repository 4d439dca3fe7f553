// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/resize.h"

#include <gtest/gtest.h>

#include "fake/pillow_cases.h"

namespace scotoma {
namespace {

TEST(Resized, IsWhatPillowMakesByteForByte) {
  int cases = 0;
  for (const auto& one : fake::pillow_cases(SCOTOMA_SOURCE_DIR)) {
    if (one.contains("crop")) continue;
    const Image from = fake::pillow_image(one["from"][0], one["from"][1], one["edges"]);
    const auto filter = named<Filter>(one["filter"].get<std::string>());
    ASSERT_TRUE(filter) << one["filter"];
    const Image to = resized(from, {one["to"][0], one["to"][1]}, *filter);
    EXPECT_EQ(to.width, one["to"][0]);
    EXPECT_EQ(to.height, one["to"][1]);
    EXPECT_TRUE(fake::are_pillows(to.rgb, one))
        << one["filter"] << " " << one["from"] << " to " << one["to"] << (one["edges"] ? " edges" : "");
    ++cases;
  }
  EXPECT_EQ(cases, 186);
}

TEST(Resized, KnowsItsFiltersByNameAlone) {
  EXPECT_EQ(named<Filter>("hamming"), Filter::hamming);
  EXPECT_FALSE(named<Filter>("Bilinear"));
  EXPECT_FALSE(named<Filter>(""));
}

TEST(Cropped, IsThatPartOfTheImage) {
  const Image whole = fake::pillow_image(5, 4);
  const Image part = cropped(whole, 1, 2, {3, 2});
  ASSERT_EQ(part.rgb.size(), 18U);
  EXPECT_EQ(part.rgb[0], whole.rgb[(2 * 5 + 1) * 3]);
  EXPECT_EQ(part.rgb[17], whole.rgb[(3 * 5 + 3) * 3 + 2]);
  EXPECT_EQ(cropped(whole, 0, 0, {5, 4}), whole);
}

TEST(ResizedToShorter, RoundsTheLongerSideDown) {
  EXPECT_EQ(resized_to_shorter({640, 427}, 256), (PixelSize{383, 256}));
  EXPECT_EQ(resized_to_shorter({427, 640}, 256), (PixelSize{256, 383}));
  EXPECT_EQ(resized_to_shorter({64, 64}, 224), (PixelSize{224, 224}));
}

TEST(ResizedToLonger, RoundsTheOtherSideToAnEvenNumber) {
  EXPECT_EQ(resized_to_longer({640, 480}, 80), (PixelSize{80, 60}));
  EXPECT_EQ(resized_to_longer({90, 31}, 80), (PixelSize{80, 28}));
  EXPECT_EQ(resized_to_longer({31, 90}, 80), (PixelSize{28, 80}));
  EXPECT_EQ(resized_to_longer({481, 640}, 80), (PixelSize{60, 80}));
  EXPECT_EQ(resized_to_longer({64, 64}, 80), (PixelSize{80, 80}));
  EXPECT_EQ(resized_to_longer({1000, 1}, 80), (PixelSize{80, 1}));
}

}  // namespace
}  // namespace scotoma
