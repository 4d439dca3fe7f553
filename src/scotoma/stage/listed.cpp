// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/listed.h"

#include "scotoma/finding/phrase.h"

namespace scotoma {

Phrase joined_phrase(const std::vector<AttributeList>& lists, const Combination& combination) {
  std::vector<PhrasePart> pieces;
  for (const auto& [list, index] : combination) {
    const ListedPhrase& phrase = lists[list].phrases[index];
    pieces.push_back({phrase.text, phrase.before});
  }
  return conjunction(pieces);
}

std::vector<std::size_t> combinable_lists(const std::vector<AttributeList>& lists) {
  std::vector<std::size_t> some;
  for (std::size_t list = 0; list < lists.size(); ++list) {
    if (lists[list].combinable) some.push_back(list);
  }
  return some;
}

}  // namespace scotoma
