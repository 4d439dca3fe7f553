// SPDX-License-Identifier: Apache-2.0
// How alike two embeddings are.
#pragma once

#include <functional>
#include <numeric>
#include <vector>

namespace scotoma {

/// Dot product, summed in double: the cosine of unit vectors, which is what an Embedder gives. Both have one length.
inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                            [](float x, float y) { return static_cast<double>(x) * static_cast<double>(y); });
}

}  // namespace scotoma
