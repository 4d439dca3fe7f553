// SPDX-License-Identifier: Apache-2.0
#include "scotoma/model/prediction.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace scotoma {

Prediction best_classes(std::span<const float> probabilities) {
  std::vector<int> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  const auto at = [&](int i) { return probabilities[static_cast<std::size_t>(i)]; };
  const auto keep = std::min(Prediction::kTop, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(keep), order.end(),
                    [&](int a, int b) { return at(a) != at(b) ? at(a) > at(b) : a < b; });
  Prediction out;
  for (std::size_t i = 0; i < keep; ++i) out.top.push_back({order[i], at(order[i])});
  return out;
}

}  // namespace scotoma
