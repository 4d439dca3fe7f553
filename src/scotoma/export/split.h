// SPDX-License-Identifier: Apache-2.0
// Which images are for training and which for testing.
#pragma once

#include <cstdint>

namespace scotoma {

/// Whether an image generated from `seed` belongs to the test side when `share` (in [0, 1]) of all seeds do. A function
/// of its arguments alone, so the side of an image is the same in every export of every study; a larger share only
/// moves images from the training side to the test side. Images that share a seed (with and without a phrase) are never
/// parted.
bool in_test(std::uint64_t seed, double share);

}  // namespace scotoma
