// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/page_images.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "report/rendered.h"

namespace scotoma {
namespace {

TEST(Images, LargeOnesAreMadeSmaller) {
  const auto noise = [](const std::string&) -> Result<Image> {
    Image image{512, 384, std::vector<std::uint8_t>(std::size_t{512} * 384 * 3)};
    std::uint32_t state = 1;
    for (std::uint8_t& byte : image.rgb)
      byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24U);
    return image;
  };
  PageImages images(noise, 1);
  EXPECT_NE(images.show("a", "noise"), "");
  const auto definitions = images.definitions();
  ASSERT_TRUE(definitions.ok());
  EXPECT_LT(definitions->size(), 128U * 96U * 3U * 3U / 2U);
}

TEST(Images, ShowsNoMoreThanItsLimitButThoseAsOftenAsWanted) {
  PageImages images(made_up::test_image, 2);
  EXPECT_NE(images.show("a", ""), "");
  EXPECT_NE(images.show("b", ""), "");
  EXPECT_EQ(images.show("c", ""), "");
  EXPECT_NE(images.show("a", ""), "");
  const auto definitions = images.definitions();
  ASSERT_TRUE(definitions.ok());
  EXPECT_EQ(page_text::count(*definitions, "<image "), 2U);
}

}  // namespace
}  // namespace scotoma
