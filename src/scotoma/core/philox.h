// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10, a counter-based generator: the n-th number is a pure function of (key, n), the same on
// every machine and in any order. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace scotoma {

using PhiloxBlock = std::array<std::uint32_t, 4>;

/// One block of four 32-bit numbers. Agrees with the known-answer vectors of Random123 (kat_vectors).
PhiloxBlock philox4x32(const PhiloxBlock& counter, const std::array<std::uint32_t, 2>& key);

/// Standard normal quantile of u in (0, 1), by Wichura's AS 241 (PPND16). Uses only + - * / sqrt and a logarithm of
/// our own, so the same bits come out wherever IEEE arithmetic is not contracted (the file is built that way).
double normal_quantile(double u);

/// Fills `out` with independent N(0, 1) floats: element i depends on (seed, stream, i) alone.
void fill_normal(std::uint64_t seed, std::uint64_t stream, std::span<float> out);

/// A small sequential source over the same generator, for shuffles and the tests' fakes.
class Philox {
 public:
  explicit Philox(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}
  std::uint32_t next();
  double uniform();                          ///< in (0, 1)
  std::uint32_t below(std::uint32_t bound);  ///< unbiased in [0, bound); bound > 0

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
  PhiloxBlock block_{};
  int left_ = 0;
};

}  // namespace scotoma
