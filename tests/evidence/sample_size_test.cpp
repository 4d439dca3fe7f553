// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/sample_size.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace scotoma {
namespace {

RC_GTEST_PROP(ExpectedTrial, IsTheFirstSizeThatWillDo, ()) {
  const int valid = *rc::gen::inRange(1, 80);
  const Sampled base = {*rc::gen::inRange(0, valid / 4 + 1), valid};
  const double rate = *rc::gen::inRange(0, 101) / 100.0;
  const double needed = *rc::gen::inRange(1, 10);
  const int most = *rc::gen::inRange(0, 130);
  const auto images = expected_trial(rate, base, needed, most, 0.05);
  const auto reaches = [&](int n) {
    return log_joint_e_value({static_cast<int>(std::lround(rate * n)), n}, base, 0.05) >= needed;
  };
  if (images) {
    RC_ASSERT(*images <= most);
    RC_ASSERT(reaches(*images));
  }
  for (int n = 4; n < std::min(32, images.value_or(most)); n += 4) RC_ASSERT(!reaches(n));
  if (!images && most > 0) RC_ASSERT(!reaches(most));
}

TEST(ExpectedTrial, FallsWithTheRateAndWithTheBaseSample) {
  const auto images = [](double rate, int base, int most = 1000) {
    return expected_trial(rate, {0, base}, 7, most, 0.05);
  };
  EXPECT_LT(images(0.9, 24), images(0.5, 24));
  EXPECT_LT(images(0.5, 64), images(0.3, 64));
  EXPECT_EQ(images(0.3, 24), std::nullopt) << "too little is known of the baseline rate";
  EXPECT_LT(images(0.3, 96), images(0.3, 64));
  EXPECT_EQ(images(0.04, 64), std::nullopt) << "within the null, whatever is drawn";
  const int exact = *images(0.9, 24);
  EXPECT_EQ(images(0.9, 24, exact), exact) << "the last image counts";
  EXPECT_EQ(images(0.9, 24, exact - 1), std::nullopt);
  EXPECT_EQ(images(0.04, 64, 1'000'000'000), std::nullopt) << "and at once";
}

}  // namespace
}  // namespace scotoma
