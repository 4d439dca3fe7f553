// SPDX-License-Identifier: Apache-2.0
// Runs whose images are put elsewhere than beside the answers.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "fake/object_map.h"
#include "fake/runs.h"
#include "scotoma/image/stored_images.h"

namespace scotoma {
namespace {

using fake::flower_bug;
using fake::StudyRuns;
using fake::text_of;

/// Two prompts may give the same one.
std::size_t images_in(const std::filesystem::path& folder) {
  std::size_t images = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "images"))
    images += entry.path().extension() == ".png" ? 1 : 0;
  return images;
}

TEST(ImagesElsewhere, FindingsAreTheSameAndNoImageStandsBesideTheAnswers) {
  StudyRuns local(flower_bug());
  const auto expected = local.run();
  ASSERT_TRUE(expected.ok()) << expected.error().message;
  StudyRuns runs(flower_bug());
  fake::ObjectMap store;
  const fake::Folder scratch;
  for (int run = 0; run < 2; ++run) {
    StoredImages images(store, scratch.path(), {.scratch_bytes = 100'000});
    const auto result = runs.run({}, {.images = &images});
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(text_of(result->findings), text_of(expected->findings));
  }
  EXPECT_TRUE(runs.world.asked_again().empty());
  EXPECT_EQ(store.size(), images_in(local.folder.path()));
  EXPECT_EQ(images_in(runs.folder.path()), 0U);
}

TEST(ImagesElsewhere, UploadsThatFailAndRunsThatEndChangeNothing) {
  StudyRuns local(flower_bug());
  const auto expected = local.run();
  ASSERT_TRUE(expected.ok());
  StudyRuns runs(flower_bug());
  fake::ObjectMap store;
  const fake::Folder scratch;
  std::atomic<int> puts = 0;
  store.before_put = [&](const std::string&) -> Result<void> {
    return ++puts % 97 == 0 ? failed("fake://images: no room") : Result<void>();
  };
  for (int start = 0; start < 50; ++start) {
    StoredImages images(store, scratch.path(), {});
    const auto result = runs.run({}, {.images = &images});
    if (!result.ok()) {
      EXPECT_EQ(result.error().message, "fake://images: no room");
      continue;
    }
    EXPECT_GT(start, 2);
    EXPECT_EQ(text_of(result->findings), text_of(expected->findings));
    return;
  }
  FAIL() << "it never ended";
}

}  // namespace
}  // namespace scotoma
