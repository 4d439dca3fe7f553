// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/image.h"

#include <gtest/gtest.h>
#include <png.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <string>

namespace scotoma {
namespace {

Image any_image() {
  const int width = *rc::gen::inRange(1, 20);
  const int height = *rc::gen::inRange(1, 20);
  const auto size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  return {width, height, *rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>())};
}

Image noise(int side) {
  Image image{side, side, {}};
  for (int i = 0; i < side * side * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>((i * 7919 + i / 3) % 251));
  return image;
}

std::vector<std::uint8_t> png_of(png_uint_32 format, png_uint_32 width, png_uint_32 height,
                                 const std::vector<std::uint8_t>& pixels) {
  png_image header;
  std::memset(&header, 0, sizeof header);
  header.version = PNG_IMAGE_VERSION;
  header.width = width;
  header.height = height;
  header.format = format;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::uint8_t> bytes(size);
  EXPECT_NE(png_image_write_to_memory(&header, bytes.data(), &size, 0, pixels.data(), 0, nullptr), 0);
  bytes.resize(size);
  return bytes;
}

RC_GTEST_PROP(Png, GivesBackEveryPixel, ()) {
  const Image image = any_image();
  const auto back = decode_png(*encode_png(image));
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == image);
}

RC_GTEST_PROP(Png, CutShortIsAnError, ()) {
  const auto bytes = *encode_png(noise(16));
  // The last 12 bytes are the end mark, behind the last pixel.
  const auto length = *rc::gen::inRange<std::size_t>(0, bytes.size() - 12);
  const auto image = decode_png(std::span(bytes).first(length));
  RC_ASSERT(!image.ok());
  RC_ASSERT(image.error().code == Code::failed);
  RC_ASSERT(!image.error().message.empty());
}

RC_GTEST_PROP(Png, OtherBytesAreAnErrorAndNoCrash, (const std::vector<std::uint8_t>& bytes)) {
  RC_ASSERT(!decode_png(bytes).ok());
}

RC_GTEST_PROP(Png, FlippedBytesNeverCrash, ()) {
  auto bytes = *encode_png(noise(8));
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ *rc::gen::inRange(1, 256));
  (void)decode_png(bytes).ok();
}

TEST(Png, AHeaderThatPromisesTooMuchIsRefusedBeforeMemoryIsTaken) {
  // Signature, then IHDR of 900000 x 900000 RGB with its right CRC, then an empty IDAT.
  std::vector<std::uint8_t> bytes = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,    13,
                                     'I',  'H', 'D', 'R', 0x00, 0x0d, 0xbb, 0xa0, 0x00, 0x0d, 0xbb, 0xa0,
                                     8,    2,   0,   0,   0,    0x5f, 0xdf, 0x06, 0xd8, 0,    0,    0,
                                     0,    'I', 'D', 'A', 'T',  0x35, 0xaf, 0x06, 0x1e};
  const auto image = decode_png(bytes);
  ASSERT_FALSE(image.ok());
  EXPECT_NE(image.error().message.find("900000 x 900000"), std::string::npos) << image.error().message;
}

TEST(Png, WhatIsNoImageIsAnErrorAndIsNotWritten) {
  for (const Image& image : {Image{}, Image{0, 3, {}}, Image{2, 1, {1, 2, 3}}, Image{-1, -1, {1, 2, 3}},
                             Image{3000000, 1, std::vector<std::uint8_t>(9000000)}}) {  // wider than libpng writes
    const auto bytes = encode_png(image);
    ASSERT_FALSE(bytes.ok()) << image.width;
    EXPECT_EQ(bytes.error().code, Code::failed);
    EXPECT_FALSE(bytes.error().message.empty());
  }
}

TEST(Png, GreyBecomesRgb) {
  const auto image = decode_png(png_of(PNG_FORMAT_GRAY, 2, 1, {10, 200}));
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_EQ(*image, (Image{2, 1, {10, 10, 10, 200, 200, 200}}));
}

TEST(Png, WhatIsTransparentBecomesWhite) {
  const auto image = decode_png(png_of(PNG_FORMAT_RGBA, 2, 1, {1, 2, 3, 0, 1, 2, 3, 255}));
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_EQ(*image, (Image{2, 1, {255, 255, 255, 1, 2, 3}}));
}

TEST(ImageId, TellsSizeAndPixelsApart) {
  const Image wide{2, 1, {1, 2, 3, 4, 5, 6}};
  const Image high{1, 2, {1, 2, 3, 4, 5, 6}};
  Image other = wide;
  other.rgb[5] = 7;
  EXPECT_EQ(image_id(wide), image_id(Image(wide)));
  EXPECT_NE(image_id(wide), image_id(high));
  EXPECT_NE(image_id(wide), image_id(other));
  EXPECT_EQ(image_id(wide).size(), 64U);
}

}  // namespace
}  // namespace scotoma
