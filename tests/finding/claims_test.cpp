// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/claims.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "scotoma/evidence/closed_e_bh.h"

namespace scotoma {
namespace {

const double kStrong = std::log(1000.0);

TEST(ClaimsLevel, OfNoClaimIsZero) { EXPECT_EQ(claims_level({}, {}, {10, 0, 0}), 0); }

TEST(ClaimsLevel, OfAWholeWaveIsThatOfClosedEBh) {
  const std::vector<Claim> claims = {{3, Wave::search}, {5, Wave::search}};
  const std::vector<double> log_e_values = {3, 5};
  const std::vector<std::size_t> both = {0, 1};
  EXPECT_DOUBLE_EQ(claims_level(claims, {}, {12, 0, 0}), closed_e_bh_level(log_e_values, both, 12));
}

TEST(ClaimsLevel, StrongClaimsBesideHelpOnesOwn) {
  const std::vector<Claim> own = {{kStrong, Wave::search}};
  const std::vector<Claim> beside = {{40, Wave::search}, {40, Wave::search}};
  EXPECT_DOUBLE_EQ(claims_level(own, {}, {3, 0, 0}), 3 / 1000.0);
  EXPECT_NEAR(claims_level(own, beside, {3, 0, 0}), 1 / 1000.0, 1e-12);
}

TEST(ClaimsLevel, OfTwoWavesIsTheirMean) {
  const std::vector<Claim> claims = {{kStrong, Wave::search}, {kStrong, Wave::search}, {kStrong, Wave::cross_check}};
  EXPECT_NEAR(claims_level(claims, {}, {2, 5, 0}), (2 * 0.001 + 1 * 0.005) / 3, 1e-12);
}

TEST(ClaimsLevel, WithoutWavesOnlyTheSmallestCounts) {
  const std::vector<Claim> claims = {{kStrong, std::nullopt}, {50, std::nullopt}};
  const std::vector<Claim> beside = {{50, std::nullopt}};
  EXPECT_NEAR(claims_level(claims, beside, {0, 0, 64}), 64 / (2 * 1000.0), 1e-12);
}

/// Whatever a wave ended with, the level of all its claims is what they were decided at.
TEST(TrialsBesideClaims, WithThemTheLevelIsThatOfTheDecision) {
  constexpr double kAlpha = 0.05;
  std::vector<Hypothesis> hypotheses(6);
  const std::vector<double> e = {26, 9, 300, 0.5, 700, 900};
  std::vector<double> log_e_values;
  for (std::size_t i = 0; i < e.size(); ++i) {
    hypotheses[i].wave = Wave::search;
    hypotheses[i].log_e_value = std::log(e[i]);
    hypotheses[i].status = i == 5 ? Status::not_generatable : i == 3 ? Status::out_of_budget : Status::not_confirmed;
    log_e_values.push_back(i == 5 ? -std::numeric_limits<double>::infinity() : std::log(e[i]));
  }
  const ClosedEbh decided = closed_e_bh_at_the_end(log_e_values, 6, kAlpha);
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (decided.rejected[i]) hypotheses[i].status = Status::confirmed;
  }
  const std::vector<Claim> claims = claims_of(hypotheses);
  ASSERT_EQ(claims.size(), 3U);
  const std::vector<Claim> beside = trials_beside_claims(hypotheses);
  EXPECT_EQ(beside.size(), 2U) << "what cannot be generated counts as nothing";
  EXPECT_LE(claims_level(claims, beside, trial_counts(hypotheses, 0)), kAlpha);
  EXPECT_GT(claims_level(claims, {}, trial_counts(hypotheses, 0)), kAlpha) << "the others were needed";
}

TEST(AlphaOf, TheWavesShareTheLevel) {
  EXPECT_DOUBLE_EQ(alpha_of(Wave::search, 0.04) + alpha_of(Wave::cross_check, 0.04), 0.04);
  EXPECT_GT(alpha_of(Wave::search, 0.04), alpha_of(Wave::cross_check, 0.04));
}

}  // namespace
}  // namespace scotoma
