// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/page_images.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "report/rendered.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

constexpr ImageRoom kPlenty = {.bytes = 10'000'000, .images = 100};

/// 512 x 384 pixels of noise.
Result<Image> noisy(const std::string& image_id) {
  Philox random(std::hash<std::string>{}(image_id));
  Image image{512, 384, {}};
  for (int i = 0; i < 512 * 384 * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

std::string definitions_of(const PageImages& images) {
  const auto made = images.definitions();
  EXPECT_TRUE(made.ok());
  return made.ok() ? *made : "";
}

TEST(PageImages, LargeOnesAreMadeSmaller) {
  PageImages images(noisy, kPlenty);
  EXPECT_NE(images.show("a", "noise"), "");
  EXPECT_LT(definitions_of(images).size(), 128U * 96U * 3U * 3U / 2U);
}

TEST(PageImages, ShowsNoMoreThanItsLimitButThoseAsOftenAsWanted) {
  PageImages images(made_up::test_image, {.bytes = kPlenty.bytes, .images = 2});
  EXPECT_NE(images.show("a", ""), "");
  EXPECT_NE(images.show("b", ""), "");
  EXPECT_EQ(images.show("c", ""), "");
  EXPECT_EQ(images.show("c", ""), "");
  EXPECT_NE(images.show("a", ""), "");
  EXPECT_EQ(images.shown(), 2U);
  EXPECT_EQ(images.left_out(), 1U) << "once, however often it is wanted";
  EXPECT_EQ(page_text::count(definitions_of(images), "<image "), 2U);
}

TEST(PageImages, AreLosslessWhereAllHaveRoomSoAndElseAsSmallAsCanBe) {
  PageImages few(noisy, kPlenty);
  few.show("a", "");
  EXPECT_TRUE(few.lossless());
  const std::size_t png = definitions_of(few).size();
  PageImages many(noisy, {.bytes = 2 * png, .images = 100});
  for (const char* id : {"a", "b", "c"}) EXPECT_NE(many.show(id, ""), "");
  EXPECT_FALSE(many.lossless());
  EXPECT_EQ(page_text::count(definitions_of(many), "data:image/jpeg;"), 3U);
  EXPECT_LT(definitions_of(many).size(), 2 * png);
}

TEST(PageImages, OfOneColourStayPngWhichIsSmaller) {
  PageImages images(made_up::test_image, {.bytes = 500, .images = 100});
  for (const char* id : {"a", "b", "c", "d"}) images.show(id, "");
  EXPECT_EQ(page_text::count(definitions_of(images), "data:image/jpeg;"), 0U);
  EXPECT_GT(images.shown(), 1U);
}

RC_GTEST_PROP(Images, KeepToTheirRoomAndToTheOrderInWhichTheyAreWanted, ()) {
  const auto sides = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 40));
  const ImageRoom room{*rc::gen::inRange<std::size_t>(0, 20'000), *rc::gen::inRange<std::size_t>(0, 20)};
  const auto square = [&](const std::string& id) -> Result<Image> {
    Philox random(std::stoull(id));
    Image image{sides[std::stoull(id)], sides[std::stoull(id)], {}};
    for (int i = 0; i < image.width * image.height * 3; ++i)
      image.rgb.push_back(static_cast<std::uint8_t>(random.below(256)));
    return image;
  };
  PageImages images(square, room);
  std::size_t shown = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const bool has_room = !images.show(std::to_string(i), "").empty();
    RC_ASSERT(!has_room || shown == i);
    shown += has_room ? 1 : 0;
  }
  RC_ASSERT(images.shown() == shown && images.left_out() == sides.size() - shown && shown <= room.images);
  std::size_t bytes = 0;
  for (const std::string& data : page_text::each(*images.definitions(), "href=\"", "\"")) bytes += data.size();
  RC_ASSERT(bytes <= room.bytes);
}

TEST(PageImages, TellWhyTheSourceFailed) {
  PageImages images([](const std::string& id) -> Result<Image> { return failed(id + ": gone"); }, kPlenty);
  EXPECT_EQ(images.show("a", ""), "");
  EXPECT_EQ(images.show("b", ""), "");
  ASSERT_FALSE(images.definitions().ok());
  EXPECT_EQ(images.definitions().error().message, "a: gone");
}

}  // namespace
}  // namespace scotoma
