// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/jpeg.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

Image random_image(int width, int height, std::uint64_t seed) {
  Philox random(seed);
  Image image{width, height, {}};
  for (int i = 0; i < width * height * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

/// The size that the frame header (SOF0) gives; 0 x 0 where there is none.
std::pair<int, int> size_of(const std::vector<std::uint8_t>& jpeg) {
  for (std::size_t at = 2; at + 9 < jpeg.size() && jpeg[at] == 0xFF;) {
    if (jpeg[at + 1] == 0xC0) return {jpeg[at + 7] * 256 + jpeg[at + 8], jpeg[at + 5] * 256 + jpeg[at + 6]};
    at += 2U + jpeg[at + 2] * 256U + jpeg[at + 3];
  }
  return {0, 0};
}

RC_GTEST_PROP(Jpeg, IsWholeOfEverySizeAndTheSameBytesTwice, ()) {
  const Image image = random_image(*rc::gen::inRange(1, 70), *rc::gen::inRange(1, 70), 1);
  const int quality = *rc::gen::inRange(1, 101);
  const auto jpeg = encode_jpeg(image, quality);
  RC_ASSERT(jpeg.ok());
  RC_ASSERT(size_of(*jpeg) == std::pair(image.width, image.height));
  RC_ASSERT((*jpeg)[jpeg->size() - 2] == 0xFF && jpeg->back() == 0xD9);  // end of image
  RC_ASSERT(*encode_jpeg(image, quality) == *jpeg);
}

TEST(Jpeg, RefusesWhatIsNoImage) {
  Image image = random_image(4, 4, 1);
  image.rgb.pop_back();
  EXPECT_FALSE(encode_jpeg(image, 85).ok());
  EXPECT_FALSE(encode_jpeg({}, 85).ok());
}

TEST(Jpeg, SaysWhatLibjpegSays) {
  const Image wide{70'000, 1, std::vector<std::uint8_t>(std::size_t{70'000} * 3)};
  const auto jpeg = encode_jpeg(wide, 85);
  ASSERT_FALSE(jpeg.ok());
  EXPECT_NE(jpeg.error().message.find("an image of 70000 x 1 cannot be written as JPEG: Maximum supported image"),
            std::string::npos)
      << jpeg.error().message;
}

/// Smooth, so that little is lost.
Image gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x * 255 / width, y * 255 / height, 128})
        image.rgb.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return image;
}

TEST(Jpeg, IsReadAsWhatWasWrittenButForTheLoss) {
  const Image image = gradient(61, 37);
  const auto back = decode_jpeg(*encode_jpeg(image, 95));
  ASSERT_TRUE(back.ok()) << back.error().message;
  ASSERT_EQ(back->width, 61);
  ASSERT_EQ(back->height, 37);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) ASSERT_NEAR(back->rgb[i], image.rgb[i], 12) << i;
}

RC_GTEST_PROP(Jpeg, CutShortOrDamagedIsNeverACrash, ()) {
  auto bytes = *encode_jpeg(random_image(40, 24, 3), 80);
  const auto length = *rc::gen::inRange<std::size_t>(0, bytes.size() - 2);
  RC_ASSERT(!decode_jpeg(std::span(bytes).first(length)).ok());
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<std::uint8_t>();
  const auto damaged = decode_jpeg(bytes);  // libjpeg may make something of it
  const bool sound = !damaged.ok() || is_whole(*damaged);
  RC_ASSERT(sound);
}

}  // namespace
}  // namespace scotoma
