// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/count.h"

#include <gtest/gtest.h>

#include <vector>

#include "scotoma/evidence/interval.h"

namespace scotoma {
namespace {

Sample sample(bool valid, int answer, int right = 0) {
  Sample result;
  result.judgement.valid = valid;
  result.prediction.top = {{answer, 0.9F}};
  result.correct = answer == right;
  return result;
}

const std::vector<Sample> kSamples = {sample(true, 0),  sample(true, 2),  sample(true, 1), sample(true, 2),
                                      sample(false, 1), sample(false, 0), sample(true, 0)};

TEST(RateOf, CountsFailuresOfValidImagesAndGivesTheirInterval) {
  const Rate rate = rate_of(kSamples, Direction::fails);
  EXPECT_EQ(rate.failures, 3);
  EXPECT_EQ(rate.valid, 5);
  EXPECT_EQ(rate.invalid, 2);
  EXPECT_DOUBLE_EQ(rate.rate, 0.6);
  EXPECT_EQ(rate.low, clopper_pearson(3, 5, 0.95).low);
  EXPECT_EQ(rate.high, clopper_pearson(3, 5, 0.95).high);
  EXPECT_DOUBLE_EQ(invalid_share(rate), 2.0 / 7);
}

TEST(RateOf, CountsPassesInTheOtherDirection) { EXPECT_EQ(rate_of(kSamples, Direction::passes).failures, 2); }

TEST(RateOf, OfNoValidImageKnowsNothing) {
  for (const auto& samples : {std::vector<Sample>{}, std::vector<Sample>{sample(false, 1)}}) {
    const Rate rate = rate_of(samples, Direction::fails);
    EXPECT_EQ(rate.rate, 0);
    EXPECT_EQ(rate.low, 0);
    EXPECT_EQ(rate.high, 1);
  }
  EXPECT_EQ(invalid_share({}), 0);
}

TEST(MostFrequentWrong, LeavesInvalidImagesOutAndBreaksTiesByIndex) {
  const auto wrong = most_frequent_wrong(kSamples);
  EXPECT_EQ(wrong.class_index, 2);
  EXPECT_EQ(wrong.count, 2);
  const std::vector<Sample> tie = {sample(true, 4), sample(true, 3)};
  EXPECT_EQ(most_frequent_wrong(tie).class_index, 3);
  EXPECT_EQ(most_frequent_wrong({}).class_index, -1);
}

TEST(Slug, IsFitForAFileName) {
  EXPECT_EQ(slug("Fly on a flower"), "fly-on-a-flower");
  EXPECT_EQ(slug("  ../etc//x  "), "etc-x");
  EXPECT_EQ(slug("caf\xc3\xa9 noir"), "caf-noir");
  EXPECT_EQ(slug("!?"), "");
}

}  // namespace
}  // namespace scotoma
