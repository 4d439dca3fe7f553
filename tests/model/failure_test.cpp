// SPDX-License-Identifier: Apache-2.0
#include "scotoma/model/failure.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace scotoma {
namespace {

/// What a classifier of `classes` classes keeps of its answer: the best of random scores that sum to one.
Prediction any_prediction(int classes) {
  std::vector<double> scores;
  for (int c = 0; c < classes; ++c) scores.push_back(*rc::gen::inRange(1, 1000));
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  Prediction prediction;
  for (int c = 0; c < classes; ++c) {
    prediction.top.push_back({c, static_cast<float>(scores[static_cast<std::size_t>(c)] / sum)});
  }
  std::stable_sort(prediction.top.begin(), prediction.top.end(),
                   [](const Score& a, const Score& b) { return a.probability > b.probability; });
  prediction.top.resize(std::min(prediction.top.size(), Prediction::kTop));
  return prediction;
}

FailureRule top_k(int k) { return {FailureKind::top_k, k, 0}; }
FailureRule low_score(double threshold) { return {FailureKind::low_score, 1, threshold}; }
FailureRule confident(double threshold) { return {FailureKind::confident, 1, threshold}; }

RC_GTEST_PROP(FailureRule, TheBestOfOneIsTheUsualRule, ()) {
  const auto prediction = any_prediction(*rc::gen::inRange(1, 20));
  const int label = *rc::gen::inRange(0, 20);
  RC_ASSERT(fails(FailureRule{}, prediction, label) == !recognises(prediction, label));
  RC_ASSERT(fails(top_k(1), prediction, label) == fails(FailureRule{}, prediction, label));
  RC_ASSERT(fails(confident(0), prediction, label) == fails(FailureRule{}, prediction, label));
}

RC_GTEST_PROP(FailureRule, AStricterOneFailsMore, ()) {
  const auto prediction = any_prediction(*rc::gen::inRange(1, 20));
  const int label = *rc::gen::inRange(0, 20);
  const int k = *rc::gen::inRange(1, 5);
  if (fails(top_k(k + 1), prediction, label)) RC_ASSERT(fails(top_k(k), prediction, label));
  const double low = *rc::gen::inRange(1, 100) / 100.0;
  const double high = low + *rc::gen::inRange(0, 100) / 100.0;
  if (fails(low_score(low), prediction, label)) RC_ASSERT(fails(low_score(high), prediction, label));
  if (fails(confident(high), prediction, label)) RC_ASSERT(fails(confident(low), prediction, label));
  if (fails(confident(low), prediction, label)) RC_ASSERT(!recognises(prediction, label));
}

/// What an absent class scores is unknown, but among probabilities of one distribution it cannot reach the threshold.
RC_GTEST_PROP(FailureRule, AClassThatWasNotKeptScoresBelowAnyThresholdAboveAFifth, ()) {
  const auto prediction = any_prediction(*rc::gen::inRange(6, 20));
  RC_ASSERT(prediction.top.back().probability <= 0.2F + 1e-6F);
  RC_ASSERT(fails(low_score(0.2), prediction, 99));
}

TEST(FailureRule, DecidesAtTheThresholdItself) {
  const Prediction prediction{{{3, 0.5F}, {1, 0.25F}}};
  EXPECT_FALSE(fails(low_score(0.5), prediction, 3)) << "not below it";
  EXPECT_TRUE(fails(low_score(0.51), prediction, 3)) << "recognised, and still";
  EXPECT_FALSE(fails(low_score(0.25), prediction, 1)) << "not recognised, and still";
  EXPECT_TRUE(fails(confident(0.5), prediction, 1));
  EXPECT_FALSE(fails(confident(0.51), prediction, 1)) << "wrong, but unsure";
  EXPECT_FALSE(fails(top_k(2), prediction, 1));
  EXPECT_TRUE(fails(top_k(2), prediction, 0));
}

}  // namespace
}  // namespace scotoma
