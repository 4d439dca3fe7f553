// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/estimate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

Study study(int images, int labels, int base) {
  Study s;
  s.budget.images = images;
  s.budget.base = base;
  for (int i = 0; i < labels; ++i) s.labels.push_back({std::to_string(i), "", "", {}});
  return s;
}

TEST(EstimateRun, AddsUpWhatEveryRoleIsAsked) {
  const ImageCost cost{0.3, 0.02, 0.04, 0.1, 0.2, 60'000};
  const RunEstimate one = estimate_run(study(2000, 10, 40), cost, 1);
  EXPECT_DOUBLE_EQ(one.seconds, 2000 * (0.3 + 0.02 + 0.04) + 400 * 0.1 + 800 * 0.2);
  EXPECT_EQ(one.images, 2000);
  EXPECT_EQ(one.bytes, 120'000'000U);
  EXPECT_DOUBLE_EQ(estimate_run(study(2000, 10, 40), cost, 4).seconds, one.seconds / 4);
  EXPECT_EQ(sentence(one),
            "about 16 minutes here for all 2,000 images (generator 65\u00A0%, captioner 17\u00A0%, judge 9\u00A0%, "
            "classifier 4\u00A0%, embedder 4\u00A0%), longer where batches slow each other down; about 120 MB on disk");
}

TEST(EstimateRun, KeepsToTheMinutesOfTheBudget) {
  Study s = study(2000, 10, 40);
  s.budget.minutes = 5;
  const RunEstimate estimate = estimate_run(s, {.generate = 0.3, .bytes = 1000}, 1);
  EXPECT_DOUBLE_EQ(estimate.seconds, 300);
  EXPECT_EQ(estimate.images, 1000);
  EXPECT_EQ(estimate.bytes, 1'000'000U);
}

TEST(EstimateRun, CountsTheImagesOfACertificateBeyondBudgetAndMinutes) {
  const ImageCost cost{.generate = 0.3, .classify = 0.02, .judge = 0.04, .embed = 0.1, .bytes = 1000};
  Study s = study(2000, 10, 40);
  s.certify.phrases = {"dark", "blurry"};
  const RunEstimate without = estimate_run(s, cost, 1);
  EXPECT_EQ(without.certificate, 0) << "the study has no such table";
  s.certify.in_study = true;
  s.certify.each = 10;
  const RunEstimate with = estimate_run(s, cost, 1);
  EXPECT_EQ(with.certificate, 10 * (2 * 10 + 15)) << "each label: two phrases, and baseline images beside";
  EXPECT_EQ(with.images, without.images + 350);
  EXPECT_NEAR(with.seconds - without.seconds, 350 * 0.36, 1e-6);
  EXPECT_NE(sentence(with).find("all 2,350 images, at most 350 of them the certificate's"), std::string::npos)
      << sentence(with);
  s.certify.images = 100;
  s.budget.minutes = 5;
  const RunEstimate bounded = estimate_run(s, cost, 1);
  EXPECT_EQ(bounded.certificate, 100);
  EXPECT_NEAR(bounded.seconds, 300 + 100 * 0.36, 1e-6);
}

TEST(EstimateRun, OfAStudyWithFewerImagesThanBaselinesAsksNoRoleMoreThanThat) {
  EXPECT_DOUBLE_EQ(estimate_run(study(100, 10, 40), {.embed = 1, .caption = 1}, 1).seconds, 200);
}

TEST(EstimateRun, SaysNothingOfRolesThatTakeNoTime) {
  EXPECT_EQ(sentence(estimate_run(study(50, 1, 10), {}, 1)),
            "about 1 second here for all 50 images, longer where batches slow each other down; about 1 MB on disk");
}

TEST(EstimateRun, IsSaidInTheUnitThatPeopleUse) {
  const auto said = [](double seconds) {
    const std::string text = sentence(estimate_run(study(1, 1, 1), {.generate = seconds}, 1));
    return text.substr(6, text.find(" here") - 6);
  };
  EXPECT_EQ(said(0.2), "1 second");
  EXPECT_EQ(said(98.5), "99 seconds");
  EXPECT_EQ(said(101), "2 minutes");
  EXPECT_EQ(said(61 * 60), "61 minutes");
  EXPECT_EQ(said(101 * 60), "2 hours");
  EXPECT_EQ(said(1234.0 * 86400), "1,300 days") << "two digits, never too few";
}

RC_GTEST_PROP(EstimateRun, GrowsWithEveryCostAndItsSharesMakeAWhole, ()) {
  const auto cost = [] { return static_cast<double>(*rc::gen::inRange(0, 1000)) / 100; };
  const ImageCost some{cost(), cost(), cost(), cost(), cost(), 1};
  const Study s = study(*rc::gen::inRange(1, 5000), *rc::gen::inRange(1, 50), *rc::gen::inRange(1, 100));
  const int at_once = *rc::gen::inRange(1, 64);
  const RunEstimate estimate = estimate_run(s, some, at_once);
  for (double ImageCost::*const each :
       {&ImageCost::generate, &ImageCost::classify, &ImageCost::judge, &ImageCost::embed, &ImageCost::caption}) {
    ImageCost more = some;
    more.*each += 1;
    RC_ASSERT(estimate_run(s, more, at_once).seconds > estimate.seconds);
  }
  double all = estimate.shares[0].share;
  for (std::size_t i = 1; i < estimate.shares.size(); ++i) {
    all += estimate.shares[i].share;
    RC_ASSERT(estimate.shares[i].share <= estimate.shares[i - 1].share);
  }
  RC_ASSERT(estimate.seconds == 0 || (all > 0.999 && all < 1.001));
}

}  // namespace
}  // namespace scotoma
