// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/finished_images.h"

#include <gtest/gtest.h>

#include <memory>

#include "fake/folder.h"
#include "fake/object_map.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

Image grey(std::uint8_t level) { return {2, 2, std::vector<std::uint8_t>(12, level)}; }

class FinishedImagesTest : public ::testing::Test {
 protected:
  OpenImages opens() {
    return [this](const std::string& url) -> Result<std::shared_ptr<StoredImages>> {
      ++opened_;
      EXPECT_EQ(url, "fake://images");
      return std::make_shared<StoredImages>(store_, scratch_.path() / "scratch", StoredImages::Limits());
    };
  }

  /// Puts an image into the store alone.
  std::string kept(const Image& image) {
    const auto png = encode_png(image);
    store_.set(image_id(image), std::string(png->begin(), png->end()));
    return image_id(image);
  }

  fake::Folder scratch_;
  fs::path folder_ = scratch_.path() / "out";
  fake::ObjectMap store_;
  int opened_ = 0;
};

TEST_F(FinishedImagesTest, TheStoreIsAskedForNothingThatIsHere) {
  const FinishedImages images(folder_, "fake://images", opens());
  const std::string id = *ImageFolder(folder_).put_image(grey(1));
  EXPECT_EQ(*images.image(id), grey(1));
  EXPECT_EQ(*images.file_of(id), folder_ / ImageFolder::image_file(id));
  images.fetch(std::vector{id});
  EXPECT_EQ(opened_, 0);
}

TEST_F(FinishedImagesTest, WhatIsNotHereComesFromTheStoreOnce) {
  FinishedImages images(folder_, "fake://images", opens());
  const std::string id = kept(grey(2));
  const FinishedImages copy = images;
  EXPECT_EQ(*images.image(id), grey(2));
  EXPECT_EQ(copy.image_bytes(id)->size(), encode_png(grey(2))->size());
  EXPECT_TRUE(fs::exists(*images.file_of(id)));
  EXPECT_FALSE(*images.has_image(id)) << "it stands in the scratch, not beside the results";
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(store_.gets, 1);
  EXPECT_EQ(store_.lists, 0);
}

TEST_F(FinishedImagesTest, AnImageThatIsDamagedHereComesFromTheStore) {
  const FinishedImages images(folder_, "fake://images", opens());
  const std::string id = kept(grey(3));
  ASSERT_EQ(*ImageFolder(folder_).put_image(grey(4)), image_id(grey(4)));
  fs::create_directories((folder_ / ImageFolder::image_file(id)).parent_path());
  fs::copy(folder_ / ImageFolder::image_file(image_id(grey(4))), folder_ / ImageFolder::image_file(id));
  EXPECT_EQ(*images.image(id), grey(3));
}

TEST_F(FinishedImagesTest, WhoReachesNoStoreSaysWhoDoes) {
  const FinishedImages images(folder_, "s3://bucket/flies");
  for (const auto& error : {images.image(image_id(grey(5))).error(), images.file_of(image_id(grey(5))).error()}) {
    EXPECT_EQ(error.code, Code::bad_input);
    EXPECT_NE(error.message.find("s3://bucket/flies"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("scotoma[fsspec]"), std::string::npos) << error.message;
  }
}

TEST_F(FinishedImagesTest, WithoutAStoreTheFolderSaysWhatIsMissing) {
  const FinishedImages images(folder_);
  const auto missing = images.image(image_id(grey(6)));
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("missing; run the study again"), std::string::npos) << missing.error().message;
  EXPECT_EQ(*images.elsewhere(), nullptr);
}

}  // namespace
}  // namespace scotoma
