// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/covering.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

namespace scotoma {
namespace {

constexpr std::size_t kAll = 1000000;

std::vector<int> any_sizes(int most_factors, int most_values) {
  const auto count = static_cast<std::size_t>(*rc::gen::inRange(1, most_factors + 1));
  return *rc::gen::container<std::vector<int>>(count, rc::gen::inRange(1, most_values + 1));
}

/// The different combinations of values of these factors that stand in the rows.
std::set<std::vector<int>> seen(const std::vector<Row>& rows, const std::vector<std::size_t>& factors) {
  std::set<std::vector<int>> found;
  for (const Row& row : rows) {
    std::vector<int> values;
    for (const std::size_t f : factors) values.push_back(row[f]);
    found.insert(values);
  }
  return found;
}

std::size_t possible(const std::vector<int>& sizes, const std::vector<std::size_t>& factors) {
  std::size_t product = 1;
  for (const std::size_t f : factors) product *= static_cast<std::size_t>(sizes[f]);
  return product;
}

RC_GTEST_PROP(CoveringArray, HoldsEveryCombinationOfAnyTFactors, ()) {
  const auto sizes = any_sizes(6, 5);
  const int strength = *rc::gen::inRange(1, static_cast<int>(std::min<std::size_t>(sizes.size(), 3)) + 1);
  const auto rows = covering_array(sizes, strength, kAll);
  for (const Row& row : rows) {
    RC_ASSERT(row.size() == sizes.size());
    for (std::size_t f = 0; f < sizes.size(); ++f) RC_ASSERT(row[f] >= 0 && row[f] < sizes[f]);
  }
  for (const auto& factors : subsets(sizes.size(), static_cast<std::size_t>(strength)))
    RC_ASSERT(seen(rows, factors).size() == possible(sizes, factors));
}

RC_GTEST_PROP(CoveringArray, HasNoRowThatCoversNothingNew, ()) {
  const auto sizes = any_sizes(5, 4);
  const int strength = *rc::gen::inRange(1, static_cast<int>(std::min<std::size_t>(sizes.size(), 3)) + 1);
  const auto rows = covering_array(sizes, strength, kAll);
  const auto covered = [&](std::size_t count) {
    const std::vector<Row> first(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
    std::size_t sum = 0;
    for (const auto& factors : subsets(sizes.size(), static_cast<std::size_t>(strength)))
      sum += seen(first, factors).size();
    return sum;
  };
  for (std::size_t count = 1; count <= rows.size(); ++count) RC_ASSERT(covered(count) > covered(count - 1));
}

RC_GTEST_PROP(CoveringArray, OfFewRowsIsTheBeginningOfTheWhole, ()) {
  const auto sizes = any_sizes(5, 5);
  const int strength = *rc::gen::inRange(1, static_cast<int>(std::min<std::size_t>(sizes.size(), 2)) + 1);
  auto whole = covering_array(sizes, strength, kAll);
  const auto most = static_cast<std::size_t>(*rc::gen::inRange(0, 30));
  const auto few = covering_array(sizes, strength, most);
  whole.resize(std::min(whole.size(), most));
  RC_ASSERT(few == whole);
}

struct Size {
  std::vector<int> sizes;
  int strength;
  std::size_t fewest;  ///< known lower bound: the product of the largest sizes
};

TEST(CoveringArray, IsNotMuchLargerThanItMustBe) {
  const Size cases[] = {
      {{7}, 1, 7},
      {{5, 8, 3}, 1, 8},
      {{6, 9}, 2, 54},
      {{10, 10, 10}, 2, 100},
      {{8, 8, 8, 8}, 2, 64},
      {{6, 6, 6, 6, 6, 6}, 2, 36},
      {{2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, 2, 4},
      {{20, 12, 6, 3}, 2, 240},
      {{5, 5, 5, 5}, 3, 125},
  };
  for (const Size& one : cases) {
    const auto rows = covering_array(one.sizes, one.strength, kAll);
    EXPECT_GE(rows.size(), one.fewest);
    EXPECT_LE(rows.size(), one.fewest * 9 / 5 + 6) << one.fewest;
    double all = 1;
    for (const int size : one.sizes) all *= size;
    EXPECT_LE(static_cast<double>(rows.size()), all);
  }
}

TEST(CoveringArray, ItsFirstRowsUseAllValuesAlike) {
  const auto rows = covering_array({6, 6, 6}, 2, 12);
  for (std::size_t f = 0; f < 3; ++f) EXPECT_EQ(seen(rows, {f}).size(), 6U) << f;
}

TEST(Subsets, AreAllOfThemInOrder) {
  using Sets = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(subsets(4, 2), (Sets{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}));
  EXPECT_EQ(subsets(3, 3), (Sets{{0, 1, 2}}));
  EXPECT_EQ(subsets(2, 0), (Sets{{}}));
  EXPECT_EQ(subsets(1, 2), Sets{});
}

RC_GTEST_PROP(CountCombinations, IsWhatCountingGives, ()) {
  const auto sizes = any_sizes(6, 6);
  const int most = *rc::gen::inRange(1, static_cast<int>(sizes.size()) + 1);
  double plain = 0;
  for (std::size_t size = 1; size <= static_cast<std::size_t>(most); ++size) {
    for (const auto& factors : subsets(sizes.size(), size)) plain += static_cast<double>(possible(sizes, factors));
  }
  RC_ASSERT(count_combinations(sizes, most) == plain);
}

}  // namespace
}  // namespace scotoma
