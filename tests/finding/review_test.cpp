// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/review.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace scotoma {
namespace {

/// A bug with an audit of `accepted` and `refused` images, and baseline images of the same numbers.
Findings findings_of(int accepted, int refused) {
  Findings findings;
  findings.bases.resize(1);
  findings.bases[0].label = "bee";
  findings.hypotheses.resize(1);
  findings.hypotheses[0].id = "fly-on-a-flower";
  findings.hypotheses[0].label = "fly";
  for (int i = 0; i < accepted + refused; ++i) {
    Sample sample;
    sample.judgement.valid = i < accepted;
    sample.image = "audit" + std::to_string(i);
    findings.hypotheses[0].audit_samples.push_back(sample);
    sample.image = "base" + std::to_string(i);
    findings.bases[0].samples.push_back(sample);
  }
  return findings;
}

std::vector<std::string> keys(const std::vector<Reviewable>& images) {
  std::vector<std::string> all;
  for (const Reviewable& image : images) all.push_back(image.key());
  return all;
}

TEST(ToReview, AsksAboutEveryImageOnceInAnOrderOfTheSeed) {
  const Findings findings = findings_of(30, 10);
  const auto all = keys(to_review(1, reviewable(findings), {}, 1000));
  EXPECT_EQ(all.size(), 80U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 80U);
  EXPECT_EQ(all, keys(to_review(1, reviewable(findings), {}, 1000)));
  EXPECT_NE(all, keys(to_review(2, reviewable(findings), {}, 1000)));
}

TEST(ToReview, OfASystematicFailureAreTheBaselineImagesOfItsLabel) {
  Findings findings = findings_of(3, 1);
  EXPECT_TRUE(reviewable(findings, "bee-systematic").empty()) << "it does not fail";
  findings.bases[0].failing_label = true;
  const auto images = reviewable(findings, "bee-systematic");
  ASSERT_EQ(images.size(), 4U);
  EXPECT_EQ(images[0].key(), review_key("base0", "bee"));
}

TEST(ToReview, OneOfFourIsAnImageThatTheJudgeRefused) {
  const Findings findings = findings_of(30, 10);
  const auto first = to_review(1, reviewable(findings), {}, 40);
  EXPECT_EQ(std::count_if(first.begin(), first.end(), [](const auto& p) { return !p.sample->valid(); }), 10);
}

TEST(ToReview, GoesOnBehindWhatIsAnswered) {
  const Findings findings = findings_of(30, 10);
  const auto all = keys(to_review(1, reviewable(findings), {}, 1000));
  Reviews reviews;
  for (std::size_t i = 0; i < 25; ++i) reviews[all[i]] = true;
  EXPECT_EQ(keys(to_review(1, reviewable(findings), reviews, 5)),
            std::vector<std::string>(all.begin() + 25, all.begin() + 30));
}

TEST(ToReview, AsksAboutABugInTheOrderOfTheWholeStudy) {
  const Findings findings = findings_of(30, 0);
  std::vector<std::string> of_bug = keys(to_review(1, reviewable(findings), {}, 1000));
  std::erase_if(of_bug, [](const std::string& key) { return !key.starts_with("audit"); });
  EXPECT_EQ(keys(to_review(1, reviewable(findings, "fly-on-a-flower"), {}, 1000)), of_bug);
}

TEST(CountReviews, StopsAtTheFirstImageWithoutAnAnswer) {
  const Findings findings = findings_of(10, 0);
  const auto ordered = in_review_order(1, reviewable(findings, "fly-on-a-flower"));
  Reviews reviews;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    if (i != 4) reviews[ordered[i].key()] = i != 1;
  }
  const Counted counted = count_reviews(ordered, reviews);
  EXPECT_EQ(counted.all, 10);
  EXPECT_EQ(counted.reviewed, 4) << "answers behind a gap are not a random sample";
  EXPECT_EQ(counted.shows, 3);
}

TEST(JudgeReview, CountsTheJudgesErrorsOfBothKinds) {
  const Findings findings = findings_of(20, 20);
  Reviews reviews;
  for (const auto& image : to_review(1, reviewable(findings), {}, 40))
    reviews[image.key()] = image.sample->image.ends_with("1");  // whatever the judge says
  const JudgeReview review = judge_review(1, findings, reviews);
  EXPECT_EQ(review.accepted, 30);
  EXPECT_EQ(review.refused, 10);
  EXPECT_EQ(review.reviewed, 40);
  int wrong = 0;
  for (const auto& [key, yes] : reviews) wrong += yes ? 1 : 0;
  EXPECT_EQ(review.accepted - review.accepted_wrong + review.refused_wrong, wrong);
}

// Which places in the order hold the images that the judge got wrong is chance: over many seeds the estimate from
// the first answers is right on average, also for one bug of many images.
TEST(JudgeReview, EstimatesTheJudgesErrorsWithoutBias) {
  const Findings findings = findings_of(40, 20);
  int reviewed = 0;
  int wrong = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Reviews reviews;
    for (const auto& image : to_review(seed, reviewable(findings), {}, 24)) {
      const bool erred = image.sample->image.ends_with("5");  // 8 of 80 accepted images
      reviews[image.key()] = image.sample->valid() != erred;
    }
    const JudgeReview review = judge_review(seed, findings, reviews);
    reviewed += review.accepted;
    wrong += review.accepted_wrong;
  }
  EXPECT_EQ(reviewed, 400 * 18);
  EXPECT_NEAR(static_cast<double>(wrong) / reviewed, 0.1, 0.012);  // three standard errors
}

}  // namespace
}  // namespace scotoma
