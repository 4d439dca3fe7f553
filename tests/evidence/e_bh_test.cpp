// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/e_bh.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace scotoma {
namespace {

constexpr double kInfiniteLogE = std::numeric_limits<double>::infinity();

/// The definition, read aloud: the largest set in which each e-value is at least K / (alpha size of the set).
std::vector<bool> by_definition(const std::vector<double>& log_e, int hypotheses, double alpha) {
  std::vector<bool> best(log_e.size(), false);
  for (std::size_t size = 1; size <= log_e.size(); ++size) {
    const double needed = std::log(hypotheses / (static_cast<double>(size) * alpha));
    std::vector<bool> enough;
    for (const double e : log_e) enough.push_back(e >= needed);
    if (std::count(enough.begin(), enough.end(), true) >= static_cast<std::ptrdiff_t>(size)) best = enough;
  }
  return best;
}

/// Log e-values in quarter steps, so that ties and values near the thresholds are common; now and then infinite.
std::vector<double> any_log_e_values() {
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-10, 41));
  std::vector<double> values;
  for (const int step : steps) values.push_back(step == 40 ? kInfiniteLogE : step == -10 ? -kInfiniteLogE : step / 4.0);
  return values;
}

int room_for(const std::vector<double>& values) { return static_cast<int>(values.size()) + *rc::gen::inRange(1, 30); }

TEST(EBh, RejectsByRank) {
  // K = 4, alpha = 0.1: one needs 40, two 20 each, three 13.3 each, four 10 each.
  const std::vector<double> e = {std::log(25.0), std::log(14.0), std::log(9.0), std::log(15.0)};
  const EbhResult result = e_bh(e, 4, 0.1);
  EXPECT_EQ(result.rejected, (std::vector<bool>{true, true, false, true}));
  EXPECT_NEAR(result.log_threshold, std::log(4 / 0.3), 1e-14);
}

TEST(EBh, RejectsNothingAndSaysWhatOneWouldNeed) {
  const std::vector<double> e = {std::log(39.0), std::log(19.0)};
  const EbhResult result = e_bh(e, 4, 0.1);
  EXPECT_EQ(result.rejected, (std::vector<bool>{false, false}));
  EXPECT_NEAR(result.log_threshold, std::log(40.0), 1e-14);
  EXPECT_TRUE(e_bh({}, 4, 0.1).rejected.empty());
}

TEST(EBh, CountsTheHypothesesThatMightHaveBeenTested) {
  const std::vector<double> e = {std::log(30.0)};
  EXPECT_TRUE(e_bh(e, 1, 0.05).rejected[0]);
  EXPECT_FALSE(e_bh(e, 2, 0.05).rejected[0]);
}

TEST(EBh, RejectsInfiniteEvidenceOnly) {
  const std::vector<double> e = {-kInfiniteLogE, kInfiniteLogE};
  EXPECT_EQ(e_bh(e, 1000, 0.01).rejected, (std::vector<bool>{false, true}));
}

RC_GTEST_PROP(EBh, AgreesWithItsDefinition, ()) {
  const std::vector<double> e = any_log_e_values();
  const int hypotheses = room_for(e);
  const double alpha = *rc::gen::inRange(1, 100) / 100.0;
  const EbhResult result = e_bh(e, hypotheses, alpha);
  RC_ASSERT(result.rejected == by_definition(e, hypotheses, alpha));
  for (std::size_t i = 0; i < e.size(); ++i) RC_ASSERT(result.rejected[i] == (e[i] >= result.log_threshold));
}

RC_GTEST_PROP(EBh, DoesNotDependOnTheOrder, ()) {
  std::vector<double> e = any_log_e_values();
  const int hypotheses = room_for(e);
  const EbhResult forwards = e_bh(e, hypotheses, 0.1);
  std::reverse(e.begin(), e.end());
  EbhResult backwards = e_bh(e, hypotheses, 0.1);
  std::reverse(backwards.rejected.begin(), backwards.rejected.end());
  RC_ASSERT(forwards.rejected == backwards.rejected);
  RC_ASSERT(forwards.log_threshold == backwards.log_threshold);
}

RC_GTEST_PROP(EBh, NeverTakesBackADiscoveryForMoreEvidenceOrALargerAlpha, ()) {
  std::vector<double> e = any_log_e_values();
  RC_PRE(!e.empty());
  const int hypotheses = room_for(e);
  const std::vector<bool> before = e_bh(e, hypotheses, 0.05).rejected;
  const std::vector<bool> laxer = e_bh(e, hypotheses, 0.2).rejected;
  e[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(e.size())))] += 1;
  const std::vector<bool> after = e_bh(e, hypotheses, 0.05).rejected;
  for (std::size_t i = 0; i < e.size(); ++i) RC_ASSERT(before[i] <= after[i] && before[i] <= laxer[i]);
}

}  // namespace
}  // namespace scotoma
