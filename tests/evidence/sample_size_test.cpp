// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/sample_size.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace scotoma {
namespace {

RC_GTEST_PROP(ExpectedTrial, IsASizeThatWillDoWhereSmallerOnesDoNot, ()) {
  const int valid = *rc::gen::inRange(1, 80);
  const Sampled base = {*rc::gen::inRange(0, valid / 4 + 1), valid};
  const int seen = *rc::gen::inRange(0, 20);
  const Sampled fresh = {*rc::gen::inRange(0, seen + 1), seen};
  const double rate = *rc::gen::inRange(0, 101) / 100.0;
  const double needed = *rc::gen::inRange(1, 10);
  const int most = *rc::gen::inRange(0, 130);
  const auto images = expected_trial(fresh, base, rate, needed, most, 0.05);
  const auto reaches = [&](int more) {
    const Sampled then = {fresh.events + static_cast<int>(std::lround(rate * more)), fresh.valid + more};
    return log_joint_e_value(then, base, 0.05) >= needed;
  };
  if (images) {
    RC_ASSERT(*images < most);
    RC_ASSERT(reaches(*images));
  }
  for (int more = 1; more < std::min(images.value_or(most), 5); ++more) RC_ASSERT(!reaches(more));
}

TEST(ExpectedTrial, FallsWithTheRateAndWithTheBaseSample) {
  const auto images = [](double rate, int base, int most = 1000) {
    return expected_trial({0, 0}, {0, base}, rate, 7, most, 0.05);
  };
  EXPECT_LT(images(0.9, 24), images(0.5, 24));
  EXPECT_LT(images(0.5, 64), images(0.3, 64));
  EXPECT_EQ(images(0.3, 24), std::nullopt) << "too little is known of the baseline rate";
  EXPECT_LT(images(0.3, 96), images(0.3, 64));
  EXPECT_EQ(images(0.04, 64), std::nullopt) << "within the null, whatever is drawn";
  EXPECT_EQ(images(0.9, 24, *images(0.9, 24)), std::nullopt) << "fewer than `most`";
  EXPECT_EQ(images(0.04, 64, 1'000'000'000), std::nullopt) << "and at once";
}

TEST(ExpectedTrial, WhatWasSeenCounts) {
  const Sampled base = {0, 24};
  EXPECT_LT(expected_trial({5, 5}, base, 0.9, 7, 1000, 0.05), expected_trial({0, 0}, base, 0.9, 7, 1000, 0.05));
  EXPECT_GT(expected_trial({0, 5}, base, 0.9, 7, 1000, 0.05), expected_trial({0, 0}, base, 0.9, 7, 1000, 0.05));
}

TEST(Gain, OfFreshImagesGrowsWithTheirRate) {
  for (const int base : {4, 16, 64}) {
    double last = -1e9;
    for (const double rate : {0.0, 0.03, 0.1, 0.3, 0.6, 1.0}) {
      const double gain = gain_of_fresh({3, 6}, {0, base}, rate, 0.05);
      EXPECT_GT(gain, last) << rate << " beside " << base;
      last = gain;
    }
  }
}

TEST(Gain, OfBaselineImagesFallsWithTheirRate) {
  EXPECT_GT(gain_of_base({6, 6}, {0, 4}, 0.0, 0.05), gain_of_base({6, 6}, {0, 4}, 0.1, 0.05));
  EXPECT_GT(gain_of_base({6, 6}, {0, 4}, 0.1, 0.05), gain_of_base({6, 6}, {0, 4}, 0.9, 0.05));
  EXPECT_LT(gain_of_base({6, 6}, {0, 4}, 0.9, 0.05), 0);
}

/// 33 of 33 beside 4 baseline images, one of which fails: no further image of the trial decides that.
TEST(Gain, TheSideThatIsKnownLessGainsMore) {
  EXPECT_GT(gain_of_base({33, 33}, {1, 4}, 0.2, 0.05), 4 * gain_of_fresh({33, 33}, {1, 4}, 1, 0.05));
  EXPECT_GT(gain_of_fresh({4, 4}, {0, 64}, 1, 0.05), 4 * gain_of_base({4, 4}, {0, 64}, 0.01, 0.05));
}

RC_GTEST_PROP(Gain, IsTheMeanOfWhatTheImagesMayShow, ()) {
  const int valid = *rc::gen::inRange(0, 9);
  const Sampled fresh = {*rc::gen::inRange(0, valid + 1), valid};
  const Sampled base = {0, *rc::gen::inRange(1, 9)};  // four images ahead of either
  const double none = gain_of_fresh(fresh, base, 0, 0.05);
  const double one = gain_of_fresh(fresh, base, 0.25, 0.05);
  const double half = gain_of_fresh(fresh, base, 0.125, 0.05);
  RC_ASSERT(std::abs(half - (none + one) / 2) < 1e-9);
  const double now = log_joint_e_value(fresh, base, 0.05);
  RC_ASSERT(std::abs(4 * one - (log_joint_e_value({fresh.events + 1, fresh.valid + 4}, base, 0.05) - now)) < 1e-9);
}

}  // namespace
}  // namespace scotoma
