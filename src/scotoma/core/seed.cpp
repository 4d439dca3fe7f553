// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/seed.h"

#include "scotoma/core/hash.h"

namespace scotoma {

std::string_view word_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::baseline:
      return "base";
    case Purpose::screening:
      return "screen";
    case Purpose::exploration:
      return "explore";
    case Purpose::shrinking:
      return "shrink";
    case Purpose::confirmation:
      return "confirm";
    case Purpose::audit:
      return "audit";
    case Purpose::cross_check:
      return "cross";
    case Purpose::speed:
      return "speed";
    case Purpose::doctor:
      return "doctor";
    case Purpose::review:
      return "review";
  }
  return {};
}

std::uint64_t sample_seed(std::uint64_t study_seed, Purpose purpose, std::string_view prompt, std::uint64_t index) {
  return sample_seed(study_seed, word_of(purpose), prompt, index);
}

std::uint64_t sample_seed(std::uint64_t study_seed, std::string_view word, std::string_view prompt,
                          std::uint64_t index) {
  const auto digest = Hasher().field(study_seed).field(word).field(prompt).field(index).digest();
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 8; ++i) seed |= std::uint64_t{digest[i]} << (8 * i);
  return seed;
}

}  // namespace scotoma
