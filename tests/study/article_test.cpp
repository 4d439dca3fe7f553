// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/article.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "fake/places.h"

namespace scotoma {
namespace {

TEST(Article, IsWhatAPersonSays) {
  std::ifstream in(kCases / "words/articles.txt");
  int cases = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    ++cases;
    const bool has_one = line.starts_with("a ") || line.starts_with("an ");
    EXPECT_EQ(with_article(has_one ? line.substr(line.find(' ') + 1) : line), line);
  }
  EXPECT_GT(cases, 100);
}

TEST(Article, OfNothingIsNothing) {
  EXPECT_EQ(with_article(""), "");
  EXPECT_EQ(with_article("-"), "a -");
  EXPECT_EQ(article_of("the dog"), "");
}

}  // namespace
}  // namespace scotoma
