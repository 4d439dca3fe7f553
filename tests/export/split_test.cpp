// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/split.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "scotoma/core/seed.h"

namespace scotoma {
namespace {

double any_share() { return *rc::gen::inRange(0, 10'001) / 10'000.0; }

RC_GTEST_PROP(Split, IsAFunctionOfSeedAndShare, (std::uint64_t seed)) {
  const double share = any_share();
  RC_ASSERT(in_test(seed, share) == in_test(seed, share));
}

RC_GTEST_PROP(Split, ALargerShareTakesNothingFromTheTestSide, (std::uint64_t seed)) {
  const double one = any_share();
  const double other = any_share();
  RC_ASSERT(!in_test(seed, std::min(one, other)) || in_test(seed, std::max(one, other)));
}

RC_GTEST_PROP(Split, NoneAndAllAreExact, (std::uint64_t seed)) {
  RC_ASSERT(!in_test(seed, 0));
  RC_ASSERT(in_test(seed, 1));
}

/// Within five standard errors of a binomial share: 1 in two million a run, were the sides generated anew each time.
void expect_share(double share, int seeds, int on_test) {
  const double error = std::sqrt(share * (1 - share) / seeds);
  EXPECT_NEAR(static_cast<double>(on_test) / seeds, share, 5 * error + 1e-12) << "share " << share;
}

TEST(Split, TheTestSideHasTheShareThatWasAskedFor) {
  constexpr int kSeeds = 20'000;
  for (const double share : {0.01, 0.2, 0.5, 0.9}) {
    int in_a_row = 0;
    int of_a_study = 0;
    for (int i = 0; i < kSeeds; ++i) {
      in_a_row += in_test(static_cast<std::uint64_t>(i), share) ? 1 : 0;
      const auto seed = sample_seed(1, Purpose::audit, "a photo of a fly on a flower", static_cast<std::uint64_t>(i));
      of_a_study += in_test(seed, share) ? 1 : 0;
    }
    expect_share(share, kSeeds, in_a_row);
    expect_share(share, kSeeds, of_a_study);
  }
}

TEST(Split, StaysWhatItWas) {
  // Datasets of earlier versions are out in the world: an image must not change its side.
  std::string sides;
  for (std::uint64_t seed = 0; seed < 40; ++seed) sides += in_test(seed, 0.2) ? 'T' : '.';
  EXPECT_EQ(sides, "TT...T..T.........T..T...TTTT..T..T.....");
}

}  // namespace
}  // namespace scotoma
