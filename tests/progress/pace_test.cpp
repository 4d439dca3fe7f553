// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/pace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

WorkAdvanced images(std::size_t done, std::size_t total) { return {done, total, WorkUnit::images}; }
WorkAdvanced answers(std::size_t done, std::size_t total) { return {done, total, WorkUnit::answers}; }

TEST(Pace, KnowsNoTimeBeforeAnImageWasGenerated) {
  Pace pace(100);
  pace.on(ImagesSpent{0, 1000}, 100);
  EXPECT_FALSE(pace.left_of_run(150).has_value());
  pace.on(answers(10, 40), 110);
  EXPECT_FALSE(pace.left_of_run(110).has_value()) << "answers alone say nothing of images";
  EXPECT_DOUBLE_EQ(pace.left_of_piece(110).value(), 30);
}

TEST(Pace, BoundsTheRunByTheBudgetThatIsLeftAtTheSpeedSoFar) {
  Pace pace(0);
  pace.on(ImagesSpent{0, 1000}, 0);
  pace.on(images(50, 200), 100);  // 2 s an image
  EXPECT_EQ(pace.images(), 50);
  EXPECT_DOUBLE_EQ(pace.left_of_run(100).value(), 2 * 950);
  pace.on(images(200, 200), 400);
  pace.on(ImagesSpent{200, 1000}, 400);
  EXPECT_EQ(pace.images(), 200);
  EXPECT_DOUBLE_EQ(pace.left_of_run(400).value(), 2 * 800);
  pace.on(answers(100, 100), 600);  // what is asked about images is part of their time
  EXPECT_DOUBLE_EQ(pace.left_of_run(600).value(), 3 * 800);
}

TEST(Pace, DoesNotTakeRecalledImagesForFastOnes) {
  Pace pace(0);
  pace.on(ImagesSpent{0, 1000}, 0);
  pace.on(ImagesSpent{900, 1000}, 5);  // from the cache, in five seconds
  EXPECT_FALSE(pace.left_of_run(5).has_value());
  pace.on(images(10, 50), 25);
  EXPECT_DOUBLE_EQ(pace.left_of_run(25).value(), 2 * 90) << "20 s for 10 images";
}

TEST(Pace, SeesThatAPieceEndedThoughTheNextBeginsFurtherOn) {
  Pace pace(0);
  pace.on(ImagesSpent{0, 100}, 0);
  pace.on(images(4, 4), 4);
  pace.on(images(8, 40), 12);
  EXPECT_EQ(pace.images(), 12);
  EXPECT_DOUBLE_EQ(pace.speed(12).value(), 1);
  EXPECT_DOUBLE_EQ(pace.left_of_piece(12).value(), 32);
}

TEST(Pace, IsNoShorterThanThePieceUnderWay) {
  Pace pace(0);
  pace.on(ImagesSpent{0, 100}, 0);
  pace.on(images(100, 100), 100);
  pace.on(ImagesSpent{100, 100}, 100);
  EXPECT_DOUBLE_EQ(pace.left_of_run(100).value(), 0);
  pace.on(answers(1, 11), 101);
  EXPECT_DOUBLE_EQ(pace.left_of_run(101).value(), 10);
}

RC_GTEST_PROP(Pace, NeverPromisesLessThanNothingNorCountsPastTheBudget, ()) {
  Pace pace(0);
  double now = 0;
  int spent = 0;
  const int budget = *rc::gen::inRange(1, 5000);
  pace.on(ImagesSpent{0, budget}, now);
  for (int piece = *rc::gen::inRange(1, 12); piece > 0; --piece) {
    const auto total = *rc::gen::inRange<std::size_t>(1, 600);
    const auto unit = *rc::gen::element(WorkUnit::images, WorkUnit::answers);
    for (std::size_t done = 0; done < total;) {
      done = std::min(total, done + *rc::gen::inRange<std::size_t>(1, 200));
      now += *rc::gen::inRange(0, 1000) / 100.0;
      pace.on(WorkAdvanced{done, total, unit}, now);
      RC_ASSERT(pace.left_of_run(now).value_or(0) >= 0);
      RC_ASSERT(pace.left_of_piece(now).value_or(0) >= 0);
      RC_ASSERT(pace.images() >= spent);
      RC_ASSERT(pace.images() <= budget);
    }
    spent = std::min(budget, spent + static_cast<int>(total));
    pace.on(ImagesSpent{spent, budget}, now);
    RC_ASSERT(pace.images() == spent);
  }
}

}  // namespace
}  // namespace scotoma
