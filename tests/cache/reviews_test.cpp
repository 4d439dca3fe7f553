// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/reviews.h"

#include <gtest/gtest.h>

#include "fake/folder.h"

namespace scotoma {
namespace {

TEST(CacheReviews, ComeBackAndTheLastAnswerStands) {
  const fake::Folder folder;
  {
    auto cache = AnswerCache::open(folder.path());
    ASSERT_TRUE(cache.ok());
    EXPECT_TRUE(read_reviews(**cache)->empty());
    ASSERT_TRUE(store_reviews(**cache, {{"a fly", true}, {"b fly", true}}).ok());
    ASSERT_TRUE(store_reviews(**cache, {{"b fly", false}}).ok());
  }
  const auto again = AnswerCache::open(folder.path());
  EXPECT_EQ(*read_reviews(**again), (Reviews{{"a fly", true}, {"b fly", false}}));
}

TEST(CacheReviews, AreNotMixedWithTheModelsAnswers) {
  const fake::Folder folder;
  const auto cache = AnswerCache::open(folder.path());
  const Answer answer{"a fly", "\1"};
  ASSERT_TRUE((*cache)->store("abcdef", {&answer, 1}).ok());
  EXPECT_TRUE(read_reviews(**cache)->empty());
  EXPECT_EQ(**(*cache)->find("abcdef", "a fly"), "\1");
}

TEST(CacheReviews, ThatAreNeitherYesNorNoMeanADamagedCache) {
  const fake::Folder folder;
  const auto cache = AnswerCache::open(folder.path());
  const Answer answer{"a fly", "perhaps"};
  ASSERT_TRUE((*cache)->store("person", {&answer, 1}).ok());
  const auto read = read_reviews(**cache);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::bad_input);
}

}  // namespace
}  // namespace scotoma
