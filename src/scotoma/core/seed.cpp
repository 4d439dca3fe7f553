// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/seed.h"

#include "scotoma/core/hash.h"

namespace scotoma {

std::uint64_t sample_seed(std::uint64_t study_seed, Purpose purpose, std::string_view prompt, std::uint64_t index) {
  return sample_seed(study_seed, name_of(purpose), prompt, index);
}

std::uint64_t sample_seed(std::uint64_t study_seed, std::string_view word, std::string_view prompt,
                          std::uint64_t index) {
  const auto digest = Hasher().field(study_seed).field(word).field(prompt).field(index).digest();
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 8; ++i) seed |= std::uint64_t{digest[i]} << (8 * i);
  return seed;
}

}  // namespace scotoma
