// SPDX-License-Identifier: Apache-2.0
// Seeds of images. Every use of images has a stream of its own, so that no image that chose a hypothesis
// can also confirm it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "scotoma/core/names.h"

namespace scotoma {

/// What an image is generated for. Soundness rests on it: two purposes never share a seed.
enum class Purpose {
  baseline,
  fresh_baseline,  ///< of labels that have finalists: no search has seen them
  screening,
  exploration,
  shrinking,
  confirmation,
  audit,
  cross_check,
  speed,   ///< what budget.minutes are worth
  doctor,  ///< whether a generator works
  review,  ///< no image: the order in which a person is asked
  certificate,
};

/// The words that stand for them in every seed, for ever: another word would be other images for every study.
constexpr std::array<Named<Purpose>, 12> names_of(Purpose) {
  return {{{Purpose::baseline, "base"},
           {Purpose::fresh_baseline, "fresh_base"},
           {Purpose::screening, "screen"},
           {Purpose::exploration, "explore"},
           {Purpose::shrinking, "shrink"},
           {Purpose::confirmation, "confirm"},
           {Purpose::audit, "audit"},
           {Purpose::cross_check, "cross"},
           {Purpose::speed, "speed"},
           {Purpose::doctor, "doctor"},
           {Purpose::review, "review"},
           {Purpose::certificate, "certify"}}};
}

/// Seed of image `index` generated from `prompt` for `purpose`. A function of its arguments alone: the first eight
/// bytes of SHA-256 over them.
std::uint64_t sample_seed(std::uint64_t study_seed, Purpose purpose, std::string_view prompt, std::uint64_t index);

/// The same for a word that is no study's purpose: benchmarks and simulations have streams of their own.
std::uint64_t sample_seed(std::uint64_t study_seed, std::string_view word, std::string_view prompt,
                          std::uint64_t index);

}  // namespace scotoma
