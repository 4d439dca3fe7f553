// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/recent_images.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/caches.h"

namespace scotoma {
namespace {

using fake::test_image;

TEST(RecentImages, KeepsThoseThatWereUsedLast) {
  const std::uint64_t one = test_image(1).rgb.size();
  RecentImages images(2 * one);
  const std::string first = *images.put_image(test_image(1));
  const std::string second = *images.put_image(test_image(2));
  EXPECT_EQ(first, image_id(test_image(1)));
  EXPECT_EQ(*images.image(first), test_image(1));  // now the second was used longest ago
  const std::string third = *images.put_image(test_image(3));
  EXPECT_TRUE(*images.has_image(first));
  EXPECT_FALSE(*images.has_image(second));
  EXPECT_TRUE(*images.has_image(third));
  EXPECT_NE(images.image(second).error().message.find("not at hand"), std::string::npos);
}

TEST(RecentImages, AnImageThatIsThereTakesNoMoreRoom) {
  RecentImages images(2 * test_image(1).rgb.size());
  const std::string first = *images.put_image(test_image(1));
  for (int again = 0; again < 5; ++again) ASSERT_EQ(*images.put_image(test_image(2)), image_id(test_image(2)));
  EXPECT_TRUE(*images.has_image(first));
}

TEST(RecentImages, TheLastIsKeptWhateverItsSize) {
  RecentImages images(1);
  const std::string id = *images.put_image(test_image(1));
  EXPECT_EQ(*images.image(id), test_image(1));
}

}  // namespace
}  // namespace scotoma
