// SPDX-License-Identifier: Apache-2.0
// Seeds of images. Every use of images has a stream of its own, so that no image that chose a hypothesis
// can also confirm it.
#pragma once

#include <cstdint>
#include <string_view>

namespace scotoma {

/// Seed of image `index` generated from `prompt` for `purpose` ("base", "screen", "explore", "shrink", "confirm",
/// "audit", "cross", "speed"; "review" orders what a person is asked). A function of its arguments alone: the first
/// eight bytes of SHA-256 over them.
std::uint64_t sample_seed(std::uint64_t study_seed, std::string_view purpose, std::string_view prompt,
                          std::uint64_t index);

}  // namespace scotoma
