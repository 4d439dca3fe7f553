// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/run_words.h"

#include <gtest/gtest.h>

#include <utility>

namespace scotoma {
namespace {

TEST(RunWords, DurationsAreRoundedUpToWhatAPersonReads) {
  const std::pair<double, const char*> cases[] = {{-1, "0 s"},
                                                  {0, "0 s"},
                                                  {0.2, "1 s"},
                                                  {39.5, "40 s"},
                                                  {59, "59 s"},
                                                  {59.5, "1 min"},
                                                  {60, "1 min"},
                                                  {61, "2 min"},
                                                  {59 * 60, "59 min"},
                                                  {59 * 60 + 1, "1 h"},
                                                  {3600 + 1, "1 h 1 min"},
                                                  {80 * 60, "1 h 20 min"},
                                                  {47 * 3600, "47 h"},
                                                  {48 * 3600, "2 days"},
                                                  {50 * 3600 + 1, "2 days 3 h"}};
  for (const auto& [seconds, text] : cases) EXPECT_EQ(duration_text(seconds), text) << seconds;
}

TEST(RunWords, SayWhatWasGeneratedAndWhatRecalled) {
  EXPECT_EQ(recalled_text(1204, 3310), "1,204 images and 3,310 answers recalled from the cache");
  EXPECT_EQ(recalled_text(0, 1), "1 answer recalled from the cache");
  EXPECT_EQ(work_sentence({312, 892, 5, 6}),
            "312 images were generated in this run, 892 were recalled from the cache.");
  EXPECT_EQ(work_sentence({1, 1, 5, 6}), "1 image was generated in this run, 1 was recalled from the cache.");
  EXPECT_EQ(work_sentence({312, 0, 5, 6}), "312 images were generated in this run, none were recalled from the cache.");
  EXPECT_EQ(work_sentence({0, 892, 5, 6}), "No image was generated in this run, 892 were recalled from the cache.");
  EXPECT_EQ(work_sentence({0, 1204, 0, 3310}),
            "Replayed: all 1,204 images and 3,310 answers were in the cache; no model was asked.");
}

}  // namespace
}  // namespace scotoma
