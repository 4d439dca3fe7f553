// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/philox.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <vector>

namespace scotoma {
namespace {

struct KnownBlock {
  PhiloxBlock counter;
  std::array<std::uint32_t, 2> key;
  PhiloxBlock answer;
};

// philox4x32 10 in kat_vectors of Random123 1.14.
const KnownBlock kKnownBlocks[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(Philox, AgreesWithTheKnownAnswersOfRandom123) {
  for (const auto& [counter, key, answer] : kKnownBlocks) EXPECT_EQ(philox4x32(counter, key), answer);
}

double relative_error(double u) {
  const double reference = boost::math::quantile(boost::math::normal(), u);
  return std::fabs(normal_quantile(u) - reference) / std::fabs(reference);
}

TEST(NormalQuantile, AgreesWithBoostOverAllItsBranches) {
  for (int exponent = 2; exponent <= 300; ++exponent) {
    const double u = std::pow(10.0, -exponent / 2.0);
    EXPECT_LT(relative_error(u), 1e-14) << "u = " << u;
  }
  for (int i = 1; i < 20000; ++i) {
    if (i == 10000) continue;  // the quantile is 0
    const double u = i / 20000.0;
    ASSERT_LT(relative_error(u), 1e-14) << "u = " << u;
  }
  for (double distance = 1e-9; distance < 1e-2; distance *= 10) {
    EXPECT_LT(relative_error(1 - distance), 1e-14) << "u = 1 - " << distance;
  }
}

TEST(NormalQuantile, IsZeroInTheMiddleAndFiniteAtTheEndsOfItsInput) {
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_TRUE(std::isfinite(normal_quantile(0x1p-33)));      // the smallest that the generator gives
  EXPECT_TRUE(std::isfinite(normal_quantile(1 - 0x1p-33)));  // the largest
}

RC_GTEST_PROP(NormalQuantile, IsOddAndGrows, (std::uint32_t a, std::uint32_t b)) {
  const double u = (std::min(a, b) + 0.5) * 0x1p-32;
  const double v = (std::max(a, b) + 0.5) * 0x1p-32;
  RC_ASSERT(normal_quantile(u) <= normal_quantile(v));
  RC_ASSERT(normal_quantile(1 - u) == -normal_quantile(u));
}

TEST(FillNormal, HasTheMomentsOfTheNormalDistribution) {
  constexpr std::size_t kCount = 400000;
  std::vector<float> numbers(kCount);
  fill_normal(2024, 0, numbers);
  double moments[5] = {};
  for (float number : numbers) {
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(static_cast<double>(number), k) / kCount;
  }
  const double error = 1 / std::sqrt(static_cast<double>(kCount));  // five standard deviations each
  EXPECT_NEAR(moments[1], 0, 5 * error);
  EXPECT_NEAR(moments[2], 1, 5 * std::sqrt(2) * error);
  EXPECT_NEAR(moments[3], 0, 5 * std::sqrt(15) * error);
  EXPECT_NEAR(moments[4], 3, 5 * std::sqrt(96) * error);
}

TEST(FillNormal, StreamsAndSeedsAreNotCorrelated) {
  constexpr std::size_t kCount = 100000;
  std::vector<float> base(kCount);
  fill_normal(1, 0, base);
  const std::pair<std::uint64_t, std::uint64_t> others[] = {{1, 1}, {2, 0}, {1ULL << 32, 0}, {1, 1ULL << 32}};
  for (const auto& [seed, stream] : others) {
    std::vector<float> other(kCount);
    fill_normal(seed, stream, other);
    const double correlation = std::inner_product(base.begin(), base.end(), other.begin(), 0.0) / kCount;
    EXPECT_LT(std::fabs(correlation), 5 / std::sqrt(static_cast<double>(kCount))) << seed << " " << stream;
  }
}

RC_GTEST_PROP(FillNormal, AnElementDependsOnItsIndexAlone, (std::uint64_t seed, std::uint64_t stream)) {
  std::vector<float> all(*rc::gen::inRange<std::size_t>(0, 67));
  fill_normal(seed, stream, all);
  std::vector<float> part(*rc::gen::inRange<std::size_t>(0, all.size() + 1));
  fill_normal(seed, stream, part);
  RC_ASSERT(std::equal(part.begin(), part.end(), all.begin()));
}

TEST(FillNormal, KeepsItsNumbersForEver) {
  // Images in old caches were generated from these: a change here generates other images under the same seeds.
  std::vector<float> numbers(4);
  fill_normal(0, 0, numbers);
  for (std::size_t i = 0; i < 4; ++i) {
    const double u = (kKnownBlocks[0].answer[i] + 0.5) * 0x1p-32;
    EXPECT_EQ(numbers[i], static_cast<float>(boost::math::quantile(boost::math::normal(), u)));
  }
}

RC_GTEST_PROP(PhiloxSource, GivesTheBlocksInOrder, (std::uint64_t seed)) {
  Philox source(seed);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected =
        philox4x32({block, 0, 0, 0}, {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    for (std::uint32_t number : expected) RC_ASSERT(source.next() == number);
  }
}

RC_GTEST_PROP(PhiloxSource, BelowStaysBelow, (std::uint64_t seed)) {
  const auto bound = *rc::gen::element<std::uint32_t>(1, 2, 3, 7, 1U << 31, (1U << 31) + 1, UINT32_MAX);
  Philox source(seed);
  for (int i = 0; i < 20; ++i) RC_ASSERT(source.below(bound) < bound);
}

TEST(PhiloxSource, BelowFavoursNoNumber) {
  constexpr int kRolls = 60000;
  Philox source(5);
  int counts[6] = {};
  for (int i = 0; i < kRolls; ++i) ++counts[source.below(6)];
  for (int count : counts) EXPECT_NEAR(count, kRolls / 6, 5 * std::sqrt(kRolls * 5 / 36.0));
}

TEST(PhiloxSource, UniformIsNeverZeroOrOne) {
  Philox source(6);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double u = source.uniform();
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 5 / std::sqrt(12.0 * 10000));
}

}  // namespace
}  // namespace scotoma
