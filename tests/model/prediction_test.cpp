// SPDX-License-Identifier: Apache-2.0
#include "scotoma/model/prediction.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace scotoma {
namespace {

TEST(BestClasses, OfEqualsTheLowerIndexComesFirst) {
  const std::vector<float> row = {0.1F, 0.3F, 0.1F, 0.3F, 0.1F, 0.05F, 0.05F};
  EXPECT_EQ(best_classes(row).top, (std::vector<Score>{{1, 0.3F}, {3, 0.3F}, {0, 0.1F}, {2, 0.1F}, {4, 0.1F}}));
}

RC_GTEST_PROP(BestClasses, AreTheFirstOfAStableSort, (const std::vector<std::uint8_t>& levels)) {
  RC_PRE(!levels.empty());
  std::vector<float> row;
  for (const std::uint8_t level : levels) row.push_back(static_cast<float>(level) / 255);
  std::vector<int> order(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) order[i] = static_cast<int>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)]; });
  const auto best = best_classes(row).top;
  RC_ASSERT(best.size() == std::min(Prediction::kTop, row.size()));
  for (std::size_t i = 0; i < best.size(); ++i) {
    RC_ASSERT(best[i].label == order[i]);
    RC_ASSERT(best[i].probability == row[static_cast<std::size_t>(order[i])]);
  }
}

}  // namespace
}  // namespace scotoma
