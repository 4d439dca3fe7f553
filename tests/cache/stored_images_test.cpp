// SPDX-License-Identifier: Apache-2.0
// Images in an object store, and answers that name them.
#include "scotoma/image/stored_images.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake/caches.h"
#include "fake/map_store.h"
#include "fake/memo.h"
#include "fake/object_map.h"
#include "scotoma/core/file.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

using fake::test_image;

class StoredImagesTest : public testing::Test {
 protected:
  std::unique_ptr<StoredImages> opened(StoredImages::Limits limits = {}, const ImageFolder* before = nullptr) {
    return std::make_unique<StoredImages>(store_, scratch_.path(), limits, before);
  }

  fs::path file(const std::string& id) const { return scratch_ / ImageFolder::image_file(id).string(); }

  fake::ObjectMap store_;
  fake::Folder scratch_;
};

std::string png_of(const Image& image) {
  const auto bytes = *encode_png(image);
  return {bytes.begin(), bytes.end()};
}

TEST_F(StoredImagesTest, WhatIsPutIsInTheStoreAndComesBackWithoutTheScratch) {
  const Image image = test_image(1);
  std::string id;
  {
    const auto images = opened();
    id = *images->put_image(image);
    ASSERT_TRUE(*images->settled({&id, 1}, true));
    EXPECT_TRUE(store_.has(id));
    EXPECT_TRUE(*images->has_image(id));
    EXPECT_EQ(*images->image(id), image);
    EXPECT_EQ(store_.gets, 0) << "it was at hand";
  }
  fs::remove_all(scratch_ / "images");
  const auto images = opened();
  EXPECT_EQ(*images->image(id), image);
  EXPECT_EQ(*images->image(id), image);
  EXPECT_EQ(store_.gets, 1) << "it is at hand from the first time on";
  const auto bytes = *images->image_bytes(id);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), png_of(image));
  EXPECT_EQ(*images->file_of(id), file(id));
}

TEST_F(StoredImagesTest, AnImageThatIsThereIsNotPutAgainAndTheStoreIsListedOnce) {
  for (int run = 0; run < 2; ++run) {
    const auto images = opened();
    for (std::uint64_t seed = 0; seed < 40; ++seed) ASSERT_TRUE(images->put_image(test_image(seed)).ok());
    for (std::uint64_t seed = 0; seed < 80; ++seed)
      EXPECT_EQ(*images->has_image(image_id(test_image(seed))), seed < 40) << seed;
    ASSERT_TRUE(images->finish().ok());
  }
  EXPECT_EQ(store_.puts, 40);
  EXPECT_EQ(store_.lists, 2);
}

TEST_F(StoredImagesTest, HalfAnImageThatAKilledRunLeftIsPutAgain) {
  const std::string id = image_id(test_image(1));
  store_.set(id, png_of(test_image(1)).substr(0, 100));
  const auto images = opened();
  ASSERT_EQ(*images->put_image(test_image(1)), id);
  ASSERT_TRUE(images->finish().ok());
  EXPECT_EQ(**store_.get(id), png_of(test_image(1)));
}

TEST_F(StoredImagesTest, AStoreThatCannotBeReachedIsAnErrorAndNoneThatHasNothing) {
  store_.reachable = false;
  const auto images = opened();
  const std::string id = image_id(test_image(1));
  EXPECT_EQ(images->has_image(id).error().message, "fake://images: cannot be reached");
  EXPECT_EQ(images->put_image(test_image(1)).error().code, Code::failed);
  EXPECT_EQ(images->image(id).error().message, "fake://images: cannot be reached");
  store_.reachable = true;
  EXPECT_FALSE(*images->has_image(id)) << "the listing is tried again";
}

TEST_F(StoredImagesTest, AnImageThatTheStoreLostIsMissingByName) {
  const std::string id = image_id(test_image(1));
  store_.set(id, png_of(test_image(1)));
  const auto images = opened();
  EXPECT_TRUE(*images->has_image(id));
  ASSERT_TRUE(store_.remove(id).ok());
  const auto image = images->image(id);
  ASSERT_FALSE(image.ok());
  EXPECT_NE(image.error().message.find("fake://images/" + ImageFolder::image_file(id).string() + ": missing"),
            std::string::npos)
      << image.error().message;
  EXPECT_FALSE(*images->has_image(id));
}

TEST_F(StoredImagesTest, WhatIsDamagedInTheStoreIsFoundOutAndRemoved) {
  const std::string id = image_id(test_image(1));
  const std::string whole = png_of(test_image(1));
  for (const std::string& bytes : {std::string("no image"), whole.substr(0, 200), png_of(test_image(2))}) {
    store_.set(id, bytes);
    store_.gets = 0;
    const auto images = opened();
    const auto image = images->image(id);
    ASSERT_FALSE(image.ok());
    EXPECT_NE(image.error().message.find("it has been removed"), std::string::npos) << image.error().message;
    EXPECT_EQ(store_.gets, 2) << "what came may have been damaged on its way";
    EXPECT_FALSE(store_.has(id));
    EXPECT_FALSE(fs::exists(file(id)));
  }
}

TEST_F(StoredImagesTest, WhatIsDamagedInTheScratchComesFromTheStore) {
  const auto images = opened();
  const std::string id = *images->put_image(test_image(1));
  ASSERT_TRUE(images->finish().ok());
  scratch_.write(ImageFolder::image_file(id).string(), png_of(test_image(2)));
  EXPECT_EQ(*images->image(id), test_image(1));
  scratch_.write(ImageFolder::image_file(id).string(), "");
  EXPECT_EQ(*images->image_bytes(id), *encode_png(test_image(1)));
}

TEST_F(StoredImagesTest, TheScratchStaysBelowItsSizeAndKeepsWhatWasUsedLast) {
  const std::uint64_t one = png_of(test_image(1)).size();
  const auto images = opened({.scratch_bytes = 20 * one});
  std::vector<std::string> ids;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    ids.push_back(*images->put_image(test_image(seed)));
    ASSERT_TRUE(images->image(ids.front()).ok());
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(scratch_ / "images"))
      if (entry.is_regular_file()) bytes += entry.file_size();
    ASSERT_LE(bytes, 20 * one + one / 2);
  }
  EXPECT_TRUE(fs::exists(file(ids.front())));
  EXPECT_FALSE(fs::exists(file(ids[1])));
  images->fetch(ids);
  for (std::uint64_t seed = 0; seed < 60; ++seed) EXPECT_EQ(*images->image(ids[seed]), test_image(seed));
}

TEST_F(StoredImagesTest, AnImageIsReadWhileItIsOnItsWayThoughTheScratchHasNoRoom) {
  std::promise<void> go;
  store_.before_put = [free = go.get_future().share()](const std::string&) -> Result<void> {
    free.wait();
    return {};
  };
  const auto images = opened({.scratch_bytes = 0});
  const std::string id = *images->put_image(test_image(1));
  EXPECT_FALSE(fs::exists(file(id)));
  EXPECT_FALSE(*images->settled({&id, 1}, false));
  EXPECT_TRUE(*images->has_image(id));
  EXPECT_EQ(*images->image(id), test_image(1));
  go.set_value();
  EXPECT_TRUE(*images->settled({&id, 1}, true));
}

TEST_F(StoredImagesTest, ImagesFromTheTimeBeforeItHadAStoreAreMovedThere) {
  const fake::Folder older;
  ImageFolder before(older.path());
  const std::string id = *before.put_image(test_image(1));
  const auto images = opened({}, &before);
  EXPECT_TRUE(*images->has_image(id));
  EXPECT_FALSE(*images->has_image(image_id(test_image(2))));
  ASSERT_TRUE(images->finish().ok());
  EXPECT_TRUE(store_.has(id));
}

TEST_F(StoredImagesTest, SeveralThreadsPutAndReadAtOnce) {
  const auto images = opened({.scratch_bytes = 8000, .at_once = 4, .waiting = 6});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto id = images->put_image(test_image(seed));
        ASSERT_TRUE(id.ok()) << id.error().message;
        ASSERT_EQ(*images->image(*id), test_image(seed));
        ASSERT_TRUE(*images->has_image(*id));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(images->finish().ok());
  EXPECT_EQ(store_.puts, 50);
}

/// What the store had when each row came.
class WatchingStore : public fake::MapStore {
 public:
  WatchingStore(const fake::ObjectMap& objects, std::string generator)
      : objects_(objects), generator_(std::move(generator)) {}

  Result<void> store(const std::string& fingerprint, std::span<const Answer> answers) override {
    for (const Answer& each : answers) {
      if (fingerprint != generator_) continue;
      if (!objects_.has(each.value)) ++too_early;
      ++rows;
    }
    return MapStore::store(fingerprint, answers);
  }

  std::atomic<int> too_early = 0;
  std::atomic<int> rows = 0;

 private:
  const fake::ObjectMap& objects_;
  std::string generator_;
};

class MemoOnAStore : public fake::MemoFixture {
 protected:
  Memo memo_on(StoredImages& images, int threads) {
    return {models_, answers_, images, cancel_, recorder_, {threads, false}};
  }

  fake::ObjectMap objects_;
  fake::Folder scratch_;
  WatchingStore answers_{objects_, models_.generator->fingerprint()};
};

TEST_F(MemoOnAStore, ARowComesAfterItsImageAndModelsWorkMeanwhile) {
  std::promise<void> classified;
  std::once_flag once;
  objects_.before_put = [&, asked = classified.get_future().share()](const std::string&) -> Result<void> {
    // No image arrives before a classifier has been asked: were it waited for, this would be the end.
    return asked.wait_for(std::chrono::seconds(30)) == std::future_status::ready ? Result<void>()
                                                                                 : failed("the run waits for uploads");
  };
  world_.before_call = [&](const std::string& role, std::size_t) -> Result<void> {
    if (role == "classifier") std::call_once(once, [&] { classified.set_value(); });
    return {};
  };
  StoredImages images(objects_, scratch_.path(), {});
  {
    Memo memo = memo_on(images, 2);
    const auto samples = memo.sample(queries(100));
    ASSERT_TRUE(samples.ok()) << samples.error().message;
    ASSERT_TRUE(memo.sample(queries(100)).ok()) << "what is on its way is known";
  }
  EXPECT_TRUE(world_.asked_again().empty());
  EXPECT_EQ(answers_.too_early, 0);
  EXPECT_EQ(answers_.rows, 100);
  EXPECT_EQ(objects_.size(), 100U);
}

TEST_F(MemoOnAStore, AnUploadThatFailsEndsTheRunAndOnlyWhatIsInTheStoreIsRemembered) {
  std::atomic<int> puts = 0;
  objects_.before_put = [&](const std::string& id) -> Result<void> {
    return ++puts % 10 == 0 ? failed("fake://images: no room for " + id) : Result<void>();
  };
  {
    StoredImages images(objects_, scratch_.path(), {});
    Memo memo = memo_on(images, 2);
    const auto samples = memo.sample(queries(100));
    const auto settled = memo.settle();
    const Error error = samples.ok() ? settled.error() : samples.error();
    EXPECT_NE(error.message.find("no room for"), std::string::npos) << error.message;
    EXPECT_GT(answers_.rows, 0);
    EXPECT_EQ(answers_.too_early, 0);
  }
  objects_.before_put = nullptr;
  StoredImages images(objects_, scratch_.path(), {});
  const auto samples = memo_on(images, 2).sample(queries(100));
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_EQ(answers_.too_early, 0);
  EXPECT_EQ(objects_.size(), 100U);
}

TEST_F(MemoOnAStore, AnImageThatTheStoreLostIsGeneratedAnew) {
  std::vector<std::string> ids;
  {
    StoredImages images(objects_, scratch_.path(), {});
    ids = *memo_on(images, 2).generate(requests(40));
  }
  ASSERT_TRUE(objects_.remove(ids[7]).ok());
  StoredImages images(objects_, scratch_.path(), {});
  EXPECT_EQ(*memo_on(images, 2).generate(requests(40)), ids);
  EXPECT_TRUE(objects_.has(ids[7]));
  EXPECT_EQ(objects_.puts, 41);
}

}  // namespace
}  // namespace scotoma
