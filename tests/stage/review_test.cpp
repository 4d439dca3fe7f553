// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/review.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fake/stage.h"
#include "scotoma/cache/reviews.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

/// Confirmed bugs "fly-0", "fly-1", ... with an audit each: `failures` of `accepted` images fail, `refused` are
/// refused by the judge.
struct Confirmed {
  Confirmed(int bugs, int accepted, int failures, int refused, double log_e_value = 30) {
    for (int b = 0; b < bugs; ++b) {
      Hypothesis h = stage.hypothesis("fly", "on a flower");
      h.id = "fly-" + std::to_string(b);
      h.status = Status::confirmed;
      h.wave = Wave::search;
      h.confirmed = {20, 24, 0, 0.83, 0.6, 0.95};
      h.log_e_value = log_e_value;
      for (int i = 0; i < accepted + refused; ++i) {
        Sample sample;
        sample.image = h.id + "-" + std::to_string(i);
        sample.correct = i >= failures;
        sample.judgement.valid = i < accepted;
        h.audit_samples.push_back(sample);
      }
      h.audit = rate_of(h.audit_samples, Direction::fails);
      findings.hypotheses.push_back(h);
    }
  }

  /// Every image of an audit answered: yes where the number is below `shows`.
  void answer(std::size_t bug, int shows) {
    int i = 0;
    for (const Sample& sample : findings.hypotheses[bug].audit_samples)
      reviews[review_key(sample.image, "fly")] = i++ < shows;
  }

  void review() { limits = scotoma::review(stage.study, reviews, findings); }
  const Hypothesis& bug(std::size_t b) const { return findings.hypotheses[b]; }

  fake::Stage stage;
  Findings findings;
  Reviews reviews;
  std::vector<std::string> limits;
};

TEST(Review, WithoutAnswersChangesNothing) {
  Confirmed study(2, 80, 60, 4);
  study.findings.rejection_threshold = 5;
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::confirmed);
  EXPECT_FALSE(study.bug(0).reviewed);
  EXPECT_FALSE(study.findings.judge_review);
  EXPECT_EQ(study.findings.rejection_threshold, 5);
  EXPECT_TRUE(study.limits.empty());
}

TEST(Review, TellsTheRateAmongImagesThatTrulyShowTheLabel) {
  Confirmed study(2, 80, 60, 20);
  study.answer(0, 100);  // the judge refused 20 good images, all of which passed
  study.review();
  ASSERT_TRUE(study.bug(0).reviewed);
  EXPECT_EQ(study.bug(0).reviewed->reviewed, 100);
  EXPECT_EQ(study.bug(0).reviewed->disagreed, 20);
  EXPECT_NEAR(study.bug(0).reviewed->rate, 0.6, 1e-12);
  EXPECT_EQ(study.bug(0).audit.rate, 0.75) << "the rate among what the judge accepted stands beside it";
  EXPECT_FALSE(study.bug(1).reviewed);
  ASSERT_TRUE(study.findings.judge_review);
  EXPECT_EQ(study.findings.judge_review->accepted_wrong, 0);
}

TEST(Review, SaysNothingOfABugFromAFewAnswers) {
  Confirmed study(1, 80, 60, 0);
  for (const auto& image : to_review(study.stage.study.seed, reviewable(study.findings), {}, kFewestReviewed - 1))
    study.reviews[image.key()] = true;
  study.review();
  EXPECT_FALSE(study.bug(0).reviewed);
  EXPECT_EQ(study.findings.judge_review->reviewed, kFewestReviewed - 1);
}

TEST(Review, WithdrawsABugWhoseAuditIsMostlyInvalid) {
  Confirmed study(1, 20, 20, 60);
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::not_generatable);
  ASSERT_EQ(study.limits.size(), 1U);
  EXPECT_NE(study.limits[0].find("60 of the 80 images"), std::string::npos);
}

TEST(Review, KeepsABugWhoseAuditMayBeMostlyValid) {
  Confirmed study(1, 36, 36, 44);
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::confirmed);
}

TEST(Review, WithdrawsABugOfWhichAPersonSeesNothing) {
  Confirmed study(1, 80, 60, 0);
  study.answer(0, 20);
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::not_generatable);
  ASSERT_EQ(study.limits.size(), 1U);
  EXPECT_NE(study.limits[0].find("only 20 of 80 images"), std::string::npos);
}

TEST(Review, WithdrawsNothingOnTheAnswersThatDoNotCount) {
  Confirmed study(1, 80, 60, 0);
  study.answer(0, 0);
  const auto first = to_review(study.stage.study.seed, reviewable(study.findings), {}, 1);
  study.reviews.erase(first.front().key());  // all others stand behind this one
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::confirmed);
}

// Forty e-values of 148 do for forty trials (40 / (40 x 0.036) = 28 of each on average), and one does not (1,111).
TEST(Review, HoldsTheErrorRateOfWhatIsLeftAfterAWithdrawal) {
  Confirmed study(40, 80, 60, 0, 5);
  for (std::size_t b = 0; b < 39; ++b) study.answer(b, 0);
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::not_generatable);
  EXPECT_EQ(study.bug(39).status, Status::not_confirmed);
}

TEST(Review, KeepsWhatIsStrongAloneWhenAnotherIsWithdrawn) {
  Confirmed study(2, 80, 60, 0, 30);
  study.answer(0, 0);
  study.review();
  EXPECT_EQ(study.bug(0).status, Status::not_generatable);
  EXPECT_EQ(study.bug(1).status, Status::confirmed);
  EXPECT_EQ(study.findings.rejection_threshold, 30) << "the smallest that stays";
}

/// A record of before there were waves is judged by the slots it was made with.
TEST(Review, OfARecordWithoutWavesTheSlotsCount) {
  Confirmed study(2, 80, 60, 0, 30);
  for (Hypothesis& h : study.findings.hypotheses) h.wave.reset();
  study.answer(0, 0);
  study.review();
  EXPECT_EQ(study.bug(1).status, Status::confirmed);
  EXPECT_NEAR(study.findings.rejection_threshold, std::log(slots(study.stage.study) / 0.04), 1e-12);
}

}  // namespace
}  // namespace scotoma
