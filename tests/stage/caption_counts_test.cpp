// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/caption_counts.h"

#include <gtest/gtest.h>

#include <string>

#include "scotoma/stage/caption_text.h"

namespace scotoma {
namespace {

const std::vector<std::string> kPrompts = {"a photo of a fly", "a picture of a fly"};

CaptionCounts counted(const std::vector<std::string>& captions) {
  CaptionCounts counts;
  counts.add(captions, kPrompts);
  return counts;
}

TEST(CaptionCounts, HaveNothingToSayOfGoodOnes) {
  const auto counts = counted({"a fly on a flower", "a photo of a fly", "a dark fly"});
  EXPECT_EQ(counts.captions, 3U);
  EXPECT_EQ(counts.echoes, 1U);
  EXPECT_EQ(counts.sentence(), "");
  EXPECT_EQ(CaptionCounts().sentence(), "");
}

TEST(CaptionCounts, NameTheEmptyAndThoseThatRepeatThemselves) {
  const auto counts = counted({"", " . ", "a fly fly fly", "on a leaf on a leaf", "a fly on a leaf"});
  EXPECT_EQ(counts.empty, 2U);
  EXPECT_EQ(counts.repeated, 2U);
  EXPECT_EQ(counts.sentence(),
            "Of 5 captions 2 say nothing and 2 repeat themselves (read as if they did not); where these are many, take "
            "another captioner.");
}

TEST(CaptionCounts, NameThoseThatAreReadToAPointOnly) {
  std::string text;
  for (std::size_t i = 1; i < kMostCaptionWords; ++i) text += "w" + std::to_string(i) + (i % 10 == 0 ? ". " : " ");
  const auto counts = counted({text, text + "end", text + "end on a page", "a fly on a leaf"});
  EXPECT_EQ(counts.cut, 2U);
  EXPECT_EQ(counts.repeated, 0U);
  EXPECT_EQ(counts.sentence(),
            "Of 4 captions 2 have 500 words or more (read up to there); where these are many, take another captioner.");
}

TEST(CaptionCounts, NameEchoesWhereTheyAreMoreThanHalf) {
  const auto counts = counted({"A photo of a fly.", "a picture of a fly", "a fly on a leaf"});
  EXPECT_EQ(counts.echoes, 2U);
  EXPECT_EQ(counts.sentence(),
            "Of 3 captions 2 say no more than the prompt; where these are many, take another captioner.");
}

TEST(CaptionCounts, AddUpOverLabels) {
  CaptionCounts counts;
  counts.add(std::vector<std::string>{""}, kPrompts);
  counts.add(std::vector<std::string>{"a photo of a bee", ""}, std::vector<std::string>{"a photo of a bee"});
  EXPECT_EQ(counts.captions, 3U);
  EXPECT_EQ(counts.empty, 2U);
  EXPECT_EQ(counts.echoes, 1U);
}

}  // namespace
}  // namespace scotoma
