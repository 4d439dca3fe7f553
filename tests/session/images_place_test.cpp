// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/images_place.h"

#include <gtest/gtest.h>

#include "fake/folder.h"

namespace scotoma {
namespace {

TEST(ImagesPlace, ACacheWhoseImagesAreElsewhereIsRunWithThemAlone) {
  const fake::Folder folder;
  StudyPlaces places;
  places.out = folder.path();
  ASSERT_TRUE(check_images_place(places).ok());
  places.images = "s3://bucket/flies";
  ASSERT_TRUE(check_images_place(places).ok());
  EXPECT_EQ(images_place(places), "") << "it may be mistyped";
  ASSERT_TRUE(keep_images_place(places).ok());
  ASSERT_TRUE(keep_images_place(places).ok());
  ASSERT_TRUE(check_images_place(places).ok());
  EXPECT_EQ(images_place(places), "s3://bucket/flies");
  for (const std::string other : {"", "s3://bucket/bees"}) {
    places.images = other;
    const auto kept = check_images_place(places);
    ASSERT_FALSE(kept.ok());
    EXPECT_EQ(kept.error().code, Code::bad_input);
    EXPECT_NE(kept.error().message.find("images=\"s3://bucket/flies\""), std::string::npos) << kept.error().message;
    EXPECT_EQ(images_place(places), "s3://bucket/flies");
  }
}

}  // namespace
}  // namespace scotoma
