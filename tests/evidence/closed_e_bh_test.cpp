#include "evidence/closed_e_bh.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/philox.h"
#include "evidence/e_bh.h"

namespace scotoma {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The definition, over every non-empty subset A of all K hypotheses.
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
    level = std::max(level, mean > 0 ? shared / (std::popcount(chosen) * mean) : 1);
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

RC_GTEST_PROP(ClosedEBh, RejectsTheLargestAllowedSetOfTheLargestEValues, ()) {
  const auto e = any_log_e_values(7);
  RC_PRE(!e.empty());
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(0, 4);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const auto rejected = closed_e_bh(e, hypotheses, alpha);
  const auto count = static_cast<int>(std::count(rejected.begin(), rejected.end(), true));
  int largest = 0;  // of any allowed set, whichever e-values it holds
  for (unsigned set = 1; set < (1U << e.size()); ++set) {
    if (level_by_definition(e, set, hypotheses) <= alpha) largest = std::max(largest, std::popcount(set));
  }
  RC_ASSERT(count == largest);
}

RC_GTEST_PROP(ClosedEBh, RejectsWhateverEBhRejects, ()) {
  const auto e = any_log_e_values(30);
  const int hypotheses = static_cast<int>(e.size()) + *rc::gen::inRange(1, 40);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const auto open = e_bh(e, hypotheses, alpha * (1 - 1e-12)).rejected;  // no ties at the threshold
  const auto closed = closed_e_bh(e, hypotheses, alpha);
  for (std::size_t i = 0; i < e.size(); ++i) RC_ASSERT(open[i] <= closed[i]);
}

TEST(ClosedEBh, RejectsMoreThanEBhWhereAllAreAlmostEnough) {
  const std::vector<double> e = {std::log(21.0), std::log(19.0)};  // K = 2, alpha = 0.05: e-BH needs 40, or 20 twice
  EXPECT_EQ(e_bh(e, 2, 0.05).rejected, (std::vector<bool>{false, false}));
  EXPECT_EQ(closed_e_bh(e, 2, 0.05), (std::vector<bool>{true, true})) << "their mean is 20";
  const std::vector<double> less = {std::log(21.0), std::log(18.9)};
  EXPECT_EQ(closed_e_bh(less, 2, 0.05), (std::vector<bool>{false, false}));
}

TEST(ClosedEBh, HoldsTheFalseDiscoveryRateOfAnAdversarysPick) {
  // 8 nulls; each e-value is 0 or 1/p with probability p: as bad as an e-value can be. The adversary picks the largest
  // set that is allowed at all.
  constexpr double kAlpha = 0.1;
  constexpr int kTrials = 20000;
  Philox random(5);
  int wrong = 0;
  for (int t = 0; t < kTrials; ++t) {
    std::vector<double> e;
    for (int i = 0; i < 8; ++i) e.push_back(random.uniform() < 0.02 ? std::log(50.0) : -kInfinity);
    bool any = false;
    for (unsigned set = 1; set < 256 && !any; ++set) any = closed_e_bh_level(e, indices(set), 8) <= kAlpha;
    wrong += any ? 1 : 0;
  }
  EXPECT_LE(static_cast<double>(wrong) / kTrials, kAlpha + 3 * std::sqrt(kAlpha * (1 - kAlpha) / kTrials));
}

TEST(ClosedEBhLevel, OfInfiniteEvidenceIsZeroAndOfNoneIsOne) {
  const std::vector<double> e = {kInfinity, -kInfinity};
  EXPECT_EQ(closed_e_bh_level(e, std::vector<std::size_t>{0}, 100), 0);
  EXPECT_EQ(closed_e_bh_level(e, std::vector<std::size_t>{1}, 100), 1);
  EXPECT_EQ(closed_e_bh_level(e, {}, 100), 0);
}

}  // namespace
}  // namespace scotoma
