// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/closed_e_bh.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "scotoma/core/philox.h"
#include "scotoma/evidence/e_bh.h"

namespace scotoma {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The definition, over every non-empty subset A of all K hypotheses; those that were not tested have e = 0.
double level_by_definition(std::vector<double> log_e, unsigned chosen, int hypotheses) {
  if (chosen == 0) return 0;
  log_e.resize(static_cast<std::size_t>(hypotheses), -kInfinity);
  double level = 0;
  for (unsigned a = 1; a < (1U << hypotheses); ++a) {
    double sum = 0;
    for (int i = 0; i < hypotheses; ++i) sum += (a >> i) % 2 == 1 ? std::exp(log_e[static_cast<std::size_t>(i)]) : 0;
    const int shared = std::popcount(a & chosen);
    if (shared == 0) continue;
    const double mean = sum / std::popcount(a);
    level = std::max(level, sum > 0 ? shared / (std::popcount(chosen) * mean) : 1);
  }
  return std::min(1.0, level);
}

std::vector<double> any_log_e_values(int most) {
  const int count = *rc::gen::inRange(0, most + 1);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    const int step = *rc::gen::inRange(-10, 41);
    values.push_back(step == 40 ? kInfinity : step == -10 ? -kInfinity : step / 4.0);
  }
  return values;
}

std::vector<std::size_t> indices(unsigned set) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < 32; ++i) {
    if ((set >> i) % 2 == 1) all.push_back(i);
  }
  return all;
}

RC_GTEST_PROP(ClosedEBhLevel, AgreesWithItsDefinition, ()) {
  const auto e = any_log_e_values(7);
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(e.empty() ? 1 : 0, 4);
  const unsigned chosen = static_cast<unsigned>(*rc::gen::inRange(0, 1 << e.size()));
  const double level = closed_e_bh_level(e, indices(chosen), hypotheses);
  RC_ASSERT(std::fabs(level - level_by_definition(e, chosen, hypotheses)) < 1e-9);
}

/// The level where everything outside the set counts as e = 0.
double level_alone(const std::vector<double>& log_e, unsigned set, int hypotheses) {
  std::vector<double> inside = log_e;
  for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = (set >> i) % 2 == 1 ? inside[i] : -kInfinity;
  return level_by_definition(inside, set, hypotheses);
}

/// The largest set of the largest of these e-values, equal ones together, that has a level of at most alpha.
template <class Level>
unsigned largest_allowed(const std::vector<double>& e, double alpha, const Level& level) {
  unsigned largest = 0;
  for (unsigned set = 1; set < (1U << e.size()); ++set) {
    double smallest_in = kInfinity;
    bool whole = true;
    for (std::size_t i = 0; i < e.size(); ++i) {
      if ((set >> i) % 2 == 1) smallest_in = std::min(smallest_in, e[i]);
    }
    for (std::size_t i = 0; i < e.size(); ++i) whole = whole && ((set >> i) % 2 == 1 || e[i] < smallest_in);
    if (whole && std::popcount(set) > std::popcount(largest) && level(set) <= alpha * (1 + 1e-9)) largest = set;
  }
  return largest;
}

unsigned set_of(const ClosedEbh& result) {
  unsigned rejected = 0;
  for (std::size_t i = 0; i < result.rejected.size(); ++i) rejected |= result.rejected[i] ? 1U << i : 0U;
  return rejected;
}

RC_GTEST_PROP(ClosedEBh, RejectsTheLargestSetOfTheLargestThatIsAllowedByItself, ()) {
  const auto e = any_log_e_values(7);
  RC_PRE(!e.empty());
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(0, 4);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const ClosedEbh result = closed_e_bh(e, hypotheses, alpha);
  const unsigned rejected = set_of(result);
  RC_ASSERT(rejected == largest_allowed(e, alpha, [&](unsigned set) { return level_alone(e, set, hypotheses); }));
  for (std::size_t i = 0; i < e.size(); ++i)
    RC_ASSERT(result.rejected[i] == (rejected != 0 && e[i] >= result.log_threshold));
}

RC_GTEST_PROP(ClosedEBhAtTheEnd, RejectsTheLargestSetThatIsAllowedBesideTheOthersAndNoLess, ()) {
  const auto e = any_log_e_values(7);
  RC_PRE(!e.empty());
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(0, 4);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const ClosedEbh result = closed_e_bh_at_the_end(e, hypotheses, alpha);
  const unsigned rejected = set_of(result);
  RC_ASSERT(rejected ==
            largest_allowed(e, alpha, [&](unsigned set) { return level_by_definition(e, set, hypotheses); }));
  const unsigned before = set_of(closed_e_bh(e, hypotheses, alpha));
  RC_ASSERT((before & rejected) == before);
  for (std::size_t i = 0; i < e.size(); ++i)
    RC_ASSERT(result.rejected[i] == (rejected != 0 && e[i] >= result.log_threshold));
}

TEST(ClosedEBhAtTheEnd, WhatIsTooLittleForAClaimSpeaksForOneBesideIt) {
  const std::vector<double> e = {std::log(32.0), std::log(9.0)};  // K / alpha = 40, and the mean of both is above 20
  EXPECT_EQ(set_of(closed_e_bh(e, 2, 0.05)), 0U);
  EXPECT_EQ(set_of(closed_e_bh_at_the_end(e, 2, 0.05)), 1U);
  EXPECT_EQ(set_of(closed_e_bh_at_the_end(std::vector<double>{std::log(32.0)}, 2, 0.05)), 0U);
}

RC_GTEST_PROP(ClosedEBh, RejectsAllThatEBhRejects, ()) {
  const auto e = any_log_e_values(30);
  RC_PRE(!e.empty());
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(0, 30);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const auto plain = e_bh(e, hypotheses, alpha).rejected;
  const auto closed = closed_e_bh(e, hypotheses, alpha).rejected;
  for (std::size_t i = 0; i < e.size(); ++i) RC_ASSERT(!plain[i] || closed[i]);
}

TEST(ClosedEBh, TheSmallestOfManyNeedsLittle) {
  // 9 of 10 are beyond doubt: the tenth of them needs (1 + 0) / (10 alpha), e-BH asks for 10 / (10 alpha) of it.
  constexpr double kHeldAt = 0.05;
  std::vector<double> e(10, 50.0);
  e[3] = least_rejected(10, 10, kHeldAt) + 1e-9;
  EXPECT_NEAR(std::exp(e[3]), 1 / (10 * kHeldAt), 1e-6);
  EXPECT_TRUE(closed_e_bh(e, 10, kHeldAt).rejected[3]);
  EXPECT_FALSE(e_bh(e, 10, kHeldAt).rejected[3]);
  e[3] -= 1e-6;
  EXPECT_FALSE(closed_e_bh(e, 10, kHeldAt).rejected[3]);
}

TEST(ClosedEBh, HoldsTheFalseDiscoveryRateOfWhateverIsPicked) {
  // 8 hypotheses, all null, each by itself worth 20 one time in 20; in herds. Whoever picks any allowed set is wrong.
  constexpr double kHeldAt = 0.1;
  constexpr int kTrials = 20000;
  for (const bool herd : {false, true}) {
    Philox random(5);
    int wrong = 0;
    for (int t = 0; t < kTrials; ++t) {
      std::vector<double> e;
      const double luck = random.uniform();
      for (int i = 0; i < 8; ++i) e.push_back((herd ? luck : random.uniform()) < 0.05 ? std::log(20.0) : -kInfinity);
      const auto rejected = closed_e_bh(e, 8, kHeldAt).rejected;
      wrong += std::count(rejected.begin(), rejected.end(), true) > 0 ? 1 : 0;
    }
    const double share = static_cast<double>(wrong) / kTrials;
    EXPECT_LE(share, kHeldAt + 3 * std::sqrt(kHeldAt * (1 - kHeldAt) / kTrials));
    if (herd) {
      EXPECT_GT(share, kHeldAt / 3) << "the hard case is not there";
    }
  }
}

TEST(ClosedEBhLevel, OfInfiniteEvidenceIsZeroAndOfNoneIsOne) {
  const std::vector<double> e = {kInfinity, -kInfinity};
  EXPECT_EQ(closed_e_bh_level(e, std::vector<std::size_t>{0}, 100), 0);
  EXPECT_EQ(closed_e_bh_level(e, std::vector<std::size_t>{1}, 100), 1);
  EXPECT_EQ(closed_e_bh_level(e, {}, 100), 0);
}

}  // namespace
}  // namespace scotoma
