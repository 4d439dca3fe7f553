// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/prediction_powered.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

using Cells = std::array<ReviewedCell, 4>;

Cells any_cells() {
  Cells cells;
  for (std::size_t i = 0; i < 4; ++i) {
    const int all = *rc::gen::inRange(0, 60);
    const int reviewed = *rc::gen::inRange(0, all + 1);
    cells[i] = {i / 2 == 1, i % 2 == 1, all, reviewed, *rc::gen::inRange(0, reviewed + 1)};
  }
  return cells;
}

RC_GTEST_PROP(PredictionPoweredRate, LiesInItsIntervalAndBothInZeroToOne, ()) {
  const PoweredRate powered = prediction_powered_rate(any_cells(), 0.95);
  RC_ASSERT(0 <= powered.interval.low && powered.interval.low <= powered.rate + 1e-12);
  RC_ASSERT(powered.rate <= powered.interval.high + 1e-12 && powered.interval.high <= 1);
}

RC_GTEST_PROP(PredictionPoweredRate, CountsPassesAsItCountsFailures, ()) {
  const Cells cells = any_cells();
  Cells turned = cells;
  int shown = 0;
  for (ReviewedCell& cell : turned) {
    cell.event = !cell.event;
    shown += cell.reviewed > 0 ? cell.shows : (cell.accepted ? cell.all : 0);
  }
  RC_PRE(shown > 0);
  const PoweredRate one = prediction_powered_rate(cells, 0.95);
  const PoweredRate other = prediction_powered_rate(turned, 0.95);
  RC_ASSERT(std::fabs(one.rate + other.rate - 1) < 1e-9);
  RC_ASSERT(std::fabs(one.interval.low + other.interval.high - 1) < 1e-9);
}

RC_GTEST_PROP(PredictionPoweredRate, IsWilsonsOfTheTrulyValidWhereAllIsReviewed, ()) {
  Cells cells = any_cells();
  int events = 0;
  int shown = 0;
  for (ReviewedCell& cell : cells) {
    cell.reviewed = cell.all;
    shown += cell.shows;
    events += cell.event ? cell.shows : 0;
  }
  if (shown == 0) return;  // no rate to speak of
  const PoweredRate powered = prediction_powered_rate(cells, 0.95);
  const Interval classical = wilson(events, shown, 0.95);
  RC_ASSERT(std::fabs(powered.rate - static_cast<double>(events) / shown) < 1e-12);
  RC_ASSERT(std::fabs(powered.interval.low - classical.low) < 1e-9);
  RC_ASSERT(std::fabs(powered.interval.high - classical.high) < 1e-9);
}

RC_GTEST_PROP(PredictionPoweredRate, WithoutAReviewHoldsWhateverTheTruthMayBe, ()) {
  Cells cells = any_cells();
  for (ReviewedCell& cell : cells) cell.reviewed = cell.shows = 0;
  RC_PRE(cells[2].all + cells[3].all > 0);
  const PoweredRate powered = prediction_powered_rate(cells, 0.95);
  // All events truly valid and nothing else, and the other way round.
  RC_ASSERT(cells[1].all + cells[3].all == 0 || powered.interval.high > 1 - 1e-9);
  RC_ASSERT(cells[0].all + cells[2].all == 0 || powered.interval.low < 1e-9);
}

// Worked out in Python (numpy) with the formulas of ppi_py's ppi_mean_ci at lambda 1: the thetas at which an end of the
// 95 % interval of V (E - theta), predicted by J (E - theta), is 0, from 1,000 reviewed and 99,000 other images.
// Cells narrow the rectifier a little and Clopper-Pearson's ends widen it, so the ends agree to a tenth of a point.
TEST(PredictionPoweredRate, AgreesWithPpiPyOnManyImages) {
  const Cells cells = {{{true, true, 60000, 600, 510},
                        {true, false, 30000, 300, 285},
                        {false, true, 8000, 80, 12},
                        {false, false, 2000, 20, 8}}};
  const PoweredRate powered = prediction_powered_rate(cells, 0.95);
  EXPECT_NEAR(powered.rate, 522.0 / 815, 1e-9);
  EXPECT_NEAR(powered.interval.low, 0.62857, 0.001);
  EXPECT_NEAR(powered.interval.high, 0.65218, 0.001);
}

TEST(PredictionPoweredRate, OfNothingKnownIsNothing) {
  const PoweredRate none = prediction_powered_rate({}, 0.95);
  EXPECT_EQ(none.rate, 0);
  EXPECT_EQ(none.interval.low, 0);
  EXPECT_EQ(none.interval.high, 1);
}

struct Truth {
  double shows;         ///< share of images that show the label
  double rate;          ///< of events among these
  double others;        ///< of events among those that do not
  double false_accept;  ///< of the judge
  double false_refuse;
};

/// A sample, judged, and a person's answers to a random part: of four, one that the judge refused.
Cells sample_of(const Truth& truth, int images, int reviewed, Philox& random) {
  struct Image {
    bool shows, event, accepted;
  };
  std::vector<Image> parts[2];
  for (int i = 0; i < images; ++i) {
    const bool shows = random.uniform() < truth.shows;
    const bool event = random.uniform() < (shows ? truth.rate : truth.others);
    const bool accepted = random.uniform() < (shows ? 1 - truth.false_refuse : truth.false_accept);
    parts[accepted ? 1 : 0].push_back({shows, event, accepted});  // independent, so the first are a random part
  }
  const auto refused = static_cast<int>(parts[0].size());
  const auto accepted = static_cast<int>(parts[1].size());
  const int of_refused = std::clamp(reviewed / 4, std::min(reviewed - accepted, refused), refused);
  const int looked_at[2] = {of_refused, std::min(reviewed - of_refused, accepted)};
  Cells cells;
  for (std::size_t i = 0; i < 4; ++i) cells[i] = {i / 2 == 1, i % 2 == 1, 0, 0, 0};
  for (const std::size_t part : {0U, 1U}) {
    int seen = 0;
    for (const Image& image : parts[part]) {
      ReviewedCell& cell = cells[2 * part + (image.event ? 1U : 0U)];
      ++cell.all;
      if (seen++ >= looked_at[part]) continue;
      ++cell.reviewed;
      cell.shows += image.shows ? 1 : 0;
    }
  }
  return cells;
}

TEST(PredictionPoweredRate, CoversTheTrueRateWithAJudgeThatErrs) {
  constexpr int kTrials = 1500;
  constexpr double kMonteCarlo = 0.017;  // three standard errors of 95 % in 1,500 trials
  const Truth truths[] = {{0.9, 0.9, 0.95, 0.3, 0.05},
                          {0.9, 0.5, 0.9, 0.1, 0.1},
                          {0.7, 0.1, 0.9, 0.3, 0.1},
                          {0.95, 0.3, 0.3, 0.05, 0.02},
                          {0.6, 0.05, 1, 0.4, 0.02}};
  const std::pair<int, int> sizes[] = {{96, 10}, {96, 40}, {96, 90}, {400, 40}, {400, 200}};
  Philox random(11);
  for (const Truth& truth : truths) {
    for (const auto& [images, reviewed] : sizes) {
      int covered = 0;
      int naive = 0;
      for (int t = 0; t < kTrials; ++t) {
        const Cells cells = sample_of(truth, images, reviewed, random);
        const PoweredRate powered = prediction_powered_rate(cells, 0.95);
        covered += powered.interval.low <= truth.rate && truth.rate <= powered.interval.high ? 1 : 0;
        const Interval judged = wilson(cells[3].all, cells[2].all + cells[3].all, 0.95);
        naive += judged.low <= truth.rate && truth.rate <= judged.high ? 1 : 0;
      }
      EXPECT_GE(static_cast<double>(covered) / kTrials, 0.95 - kMonteCarlo)
          << "rate " << truth.rate << ", " << reviewed << " of " << images;
      if (truth.false_accept == 0.4 && images == 400) {
        EXPECT_LT(static_cast<double>(naive) / kTrials, 0.1) << "the judge's errors do not bias this case: no test";
      }
    }
  }
}

TEST(PredictionPoweredRate, IsNarrowerThanTheReviewedImagesAlone) {
  // 40 of 400 reviewed, all as the judge says: the judge's answers to the other 360 must be worth something.
  const Cells cells = {
      {{true, true, 200, 19, 19}, {true, false, 180, 17, 17}, {false, true, 10, 2, 0}, {false, false, 10, 2, 0}}};
  const PoweredRate powered = prediction_powered_rate(cells, 0.95);
  const Interval alone = wilson(19, 36, 0.95);
  EXPECT_LT(powered.interval.high - powered.interval.low, 0.75 * (alone.high - alone.low));
}

}  // namespace
}  // namespace scotoma
