// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/sharing.h"

#include <cstdint>

#include "scotoma/core/hash.h"

namespace scotoma {
namespace {

/// Whose a question is in the first turn, and in the others as long as those before are lost.
std::size_t owner_in(std::uint64_t turn, std::string_view question, std::size_t count) {
  const auto digest = Hasher().field("shard").field(turn).field(question).digest();
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8 | digest[i];
  return number % count + 1;  // of 2^64 numbers: that the division leaves a rest does not show
}

}  // namespace

std::size_t Shard::owner(std::string_view question, const std::set<std::size_t>& lost) const {
  if (lost.size() + 1 >= count && (count <= 1 || !lost.empty())) return index;
  std::uint64_t turn = 0;
  std::size_t found = owner_in(turn, question, count);
  while (found != index && lost.contains(found)) found = owner_in(++turn, question, count);
  return found;
}

}  // namespace scotoma
