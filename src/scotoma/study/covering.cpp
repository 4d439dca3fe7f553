// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/covering.h"

#include <algorithm>
#include <cassert>

namespace scotoma {
namespace {

constexpr int kOpen = -1;  // a factor of an unfinished row

/// The values of one set of factors: which of their combinations no row holds yet.
struct Block {
  std::vector<std::size_t> factors;
  std::vector<bool> missing;
  std::size_t first = 0;  ///< no combination before this one is missing
};

class Covering {
 public:
  Covering(const std::vector<int>& sizes, int strength) : sizes_(sizes) {
    for (auto& factors : subsets(sizes.size(), static_cast<std::size_t>(strength))) {
      std::size_t combinations = 1;
      for (const std::size_t f : factors) combinations *= static_cast<std::size_t>(sizes[f]);
      blocks_.push_back({std::move(factors), std::vector<bool>(combinations, true), 0});
    }
    for (const int size : sizes) missing_of_.emplace_back(static_cast<std::size_t>(size), 0);
    for (const Block& block : blocks_) {
      for (const std::size_t f : block.factors) {
        const std::size_t with_one = block.missing.size() / static_cast<std::size_t>(sizes[f]);
        for (std::size_t& count : missing_of_[f]) count += with_one;
      }
    }
  }

  /// The next row; empty when nothing is missing.
  Row next() {
    Row row(sizes_.size(), kOpen);
    fill(row);
    if (strike(row) > 0) return row;
    row = first_missing();
    if (row.empty()) return row;
    fill(row);
    strike(row);
    return row;
  }

 private:
  std::size_t index_of(const Block& block, const Row& row) const {
    std::size_t index = 0;
    for (const std::size_t f : block.factors)
      index = index * static_cast<std::size_t>(sizes_[f]) + static_cast<std::size_t>(row[f]);
    return index;
  }

  /// Takes what the row holds off the missing ones; how many there were.
  int strike(const Row& row) {
    int struck = 0;
    for (Block& block : blocks_) {
      const std::size_t index = index_of(block, row);
      if (!block.missing[index]) continue;
      block.missing[index] = false;
      for (const std::size_t f : block.factors) --missing_of_[f][static_cast<std::size_t>(row[f])];
      ++struck;
    }
    return struck;
  }

  void fill(Row& row) const {
    for (std::size_t f = 0; f < sizes_.size(); ++f) {
      if (row[f] == kOpen) row[f] = best_value(row, f);
    }
  }

  /// A row with the first missing combination, the other factors open; empty when there is none.
  Row first_missing() {
    for (Block& block : blocks_) {
      while (block.first < block.missing.size() && !block.missing[block.first]) ++block.first;
      if (block.first == block.missing.size()) continue;
      Row row(sizes_.size(), kOpen);
      std::size_t index = block.first;
      for (auto f = block.factors.rbegin(); f != block.factors.rend(); ++f) {
        row[*f] = static_cast<int>(index % static_cast<std::size_t>(sizes_[*f]));
        index /= static_cast<std::size_t>(sizes_[*f]);
      }
      return row;
    }
    return {};
  }

  /// How many missing combinations this value of factor f completes, with the factors that the row has.
  int gain(Row row, std::size_t f, int value) const {
    row[f] = value;
    int completed = 0;
    for (const Block& block : blocks_) {
      const bool whole = std::all_of(block.factors.begin(), block.factors.end(),
                                     [&](std::size_t factor) { return row[factor] != kOpen; });
      const bool concerned = std::find(block.factors.begin(), block.factors.end(), f) != block.factors.end();
      if (whole && concerned && block.missing[index_of(block, row)]) ++completed;
    }
    return completed;
  }

  int best_value(const Row& row, std::size_t f) const {
    int best = 0;
    int best_gain = -1;
    for (int value = 0; value < sizes_[f]; ++value) {
      const int completed = gain(row, f, value);
      const bool rarer =
          missing_of_[f][static_cast<std::size_t>(value)] > missing_of_[f][static_cast<std::size_t>(best)];
      if (completed < best_gain || (completed == best_gain && !rarer)) continue;
      best = value;
      best_gain = completed;
    }
    return best;
  }

  const std::vector<int>& sizes_;
  std::vector<Block> blocks_;
  std::vector<std::vector<std::size_t>> missing_of_;  ///< by factor and value: missing combinations with it
};

}  // namespace

std::vector<Row> covering_array(const std::vector<int>& sizes, int strength, std::size_t most_rows) {
  assert(strength >= 1 && static_cast<std::size_t>(strength) <= sizes.size());
  Covering covering(sizes, strength);
  std::vector<Row> rows;
  while (rows.size() < most_rows) {
    Row row = covering.next();
    if (row.empty()) break;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::vector<std::size_t>> subsets(std::size_t count, std::size_t size) {
  std::vector<std::vector<std::size_t>> all;
  std::vector<std::size_t> chosen;
  const auto extend = [&](const auto& self, std::size_t from) -> void {
    if (chosen.size() == size) {
      all.push_back(chosen);
      return;
    }
    for (std::size_t i = from; i + (size - chosen.size()) <= count; ++i) {
      chosen.push_back(i);
      self(self, i + 1);
      chosen.pop_back();
    }
  };
  extend(extend, 0);
  return all;
}

double count_combinations(const std::vector<int>& sizes, int most) {
  std::vector<double> by_size(static_cast<std::size_t>(most) + 1, 0);  // of the factors so far
  by_size[0] = 1;
  for (const int size : sizes) {
    for (std::size_t k = by_size.size() - 1; k > 0; --k) by_size[k] += by_size[k - 1] * size;
  }
  double total = 0;
  for (std::size_t k = 1; k < by_size.size(); ++k) total += by_size[k];
  return total;
}

}  // namespace scotoma
