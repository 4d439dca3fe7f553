#include "scotoma/catalogue/reviews.h"

#include <gtest/gtest.h>

#include "fake/folder.h"

namespace scotoma {
namespace {

TEST(CatalogueReviews, ComeBackAndTheLastAnswerStands) {
  const fake::Folder folder;
  {
    auto catalogue = Catalogue::open(folder.path());
    ASSERT_TRUE(catalogue.ok());
    EXPECT_TRUE(read_reviews(**catalogue)->empty());
    ASSERT_TRUE(store_reviews(**catalogue, {{"a fly", true}, {"b fly", true}}).ok());
    ASSERT_TRUE(store_reviews(**catalogue, {{"b fly", false}}).ok());
  }
  const auto again = Catalogue::open(folder.path());
  EXPECT_EQ(*read_reviews(**again), (Reviews{{"a fly", true}, {"b fly", false}}));
}

TEST(CatalogueReviews, AreNotMixedWithTheModelsAnswers) {
  const fake::Folder folder;
  const auto catalogue = Catalogue::open(folder.path());
  const Answer answer{"a fly", "\1"};
  ASSERT_TRUE((*catalogue)->store("abcdef", {&answer, 1}).ok());
  EXPECT_TRUE(read_reviews(**catalogue)->empty());
  EXPECT_EQ(**(*catalogue)->find("abcdef", "a fly"), "\1");
}

TEST(CatalogueReviews, ThatAreNeitherYesNorNoMeanADamagedCatalogue) {
  const fake::Folder folder;
  const auto catalogue = Catalogue::open(folder.path());
  const Answer answer{"a fly", "perhaps"};
  ASSERT_TRUE((*catalogue)->store("person", {&answer, 1}).ok());
  const auto read = read_reviews(**catalogue);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::bad_input);
}

}  // namespace
}  // namespace scotoma
