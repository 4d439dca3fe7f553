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
    level = std::max(level, sum > 0 ? shared * hypotheses / (std::popcount(chosen) * sum) : 1);
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

RC_GTEST_PROP(ClosedEBhLevel, TheLargestAllowedSetIsWhatEBhRejects, ()) {
  const auto e = any_log_e_values(7);
  RC_PRE(!e.empty());
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(0, 4);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const auto rejected = e_bh(e, hypotheses, alpha).rejected;
  unsigned largest = 0;
  for (unsigned set = 1; set < (1U << e.size()); ++set) {
    if (closed_e_bh_level(e, indices(set), hypotheses) > alpha * (1 + 1e-12)) continue;  // ties at the threshold
    if (std::popcount(set) > std::popcount(largest)) largest = set;
  }
  RC_ASSERT(std::count(rejected.begin(), rejected.end(), true) == std::popcount(largest));
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (rejected[i]) RC_ASSERT(closed_e_bh_level(e, indices(largest), hypotheses) <= alpha * (1 + 1e-12));
  }
}

TEST(ClosedEBhLevel, HoldsTheFalseDiscoveryRateOfAnAdversarysPickAmongCompoundEValues) {
  // 8 slots, all null. Only one at a time is worth anything, and all of it: none is an e-value by itself, for the slot
  // is chosen by what was seen, but they add up to 8 on average. The adversary picks any set that is allowed at all.
  constexpr double kHeldAt = 0.1;
  constexpr int kTrials = 20000;
  Philox random(5);
  int wrong = 0;
  for (int t = 0; t < kTrials; ++t) {
    std::vector<double> e(8, -kInfinity);
    if (random.uniform() < 0.1) e[static_cast<std::size_t>(t % 8)] = std::log(80.0);
    bool any = false;
    for (unsigned set = 1; set < 256 && !any; ++set)
      any = closed_e_bh_level(e, indices(set), 8) <= kHeldAt * (1 + 1e-12);
    wrong += any ? 1 : 0;
  }
  EXPECT_LE(static_cast<double>(wrong) / kTrials, kHeldAt + 3 * std::sqrt(kHeldAt * (1 - kHeldAt) / kTrials));
  EXPECT_GT(static_cast<double>(wrong) / kTrials, kHeldAt / 2) << "the hardest case is not there";
}

TEST(ClosedEBhLevel, OfInfiniteEvidenceIsZeroAndOfNoneIsOne) {
  const std::vector<double> e = {kInfinity, -kInfinity};
  EXPECT_EQ(closed_e_bh_level(e, std::vector<std::size_t>{0}, 100), 0);
  EXPECT_EQ(closed_e_bh_level(e, std::vector<std::size_t>{1}, 100), 1);
  EXPECT_EQ(closed_e_bh_level(e, {}, 100), 0);
}

}  // namespace
}  // namespace scotoma
