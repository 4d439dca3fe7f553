// SPDX-License-Identifier: Apache-2.0
// Phrases from the user's lists, alone and joined.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A phrase from the lists (or of a further search) for one label. Its score, where screening gave one, is -log10 of
/// Fisher's one-sided p-value that the event is more frequent in images with the phrase than in the other screening
/// images of the label.
struct Listed {
  std::string label;
  Phrase phrase;
  std::string expected;  ///< the most frequent wrong answer in its screening images; empty without one
  Source source = Source::list;
  std::vector<std::string> images = {};  ///< of a further search: those alone with the event
};

/// Phrases of different lists: list and index in it, the lists ascending.
using Combination = std::vector<std::pair<std::size_t, std::size_t>>;

/// The phrases of a combination as one. Requires that the lists hold them.
Phrase joined_phrase(const std::vector<AttributeList>& lists, const Combination& combination);

/// Which lists have phrases that may be joined with those of others, ascending.
std::vector<std::size_t> combinable_lists(const std::vector<AttributeList>& lists);

}  // namespace scotoma
