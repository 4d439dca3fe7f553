// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/split.h"

#include <cstddef>

#include "scotoma/core/hash.h"

namespace scotoma {

bool in_test(std::uint64_t seed, double share) {
  // Of its own purpose: the seed itself is not random where a user chose it.
  const auto digest = Hasher().field("side of the export").field(seed).digest();
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number |= std::uint64_t{digest[i]} << (8 * i);
  const double uniform = static_cast<double>(number >> 11U) * 0x1p-53;  // in [0, 1), exact
  return uniform < share;
}

}  // namespace scotoma
