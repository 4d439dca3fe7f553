// SPDX-License-Identifier: Apache-2.0
// One synthetic study: what the user asks, what the search would propose, and what is true of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scotoma/stage/context.h"
#include "scotoma/stage/hypothesise.h"
#include "simulation/coins.h"

namespace scotoma::simulation {

/// How phrases are found.
enum class Search {
  once,         ///< all are there from the beginning, as in a real study
  greedy,       ///< an adversary: looks at results, and brings the best-looking ones again in other words, while he may
  lucky_labels  ///< an adversary: looks at the baseline samples, and searches the labels that drew the fewest failures
};

struct World {
  Study study;
  std::vector<Target> targets;
  std::vector<std::string> class_names;
  Truth truth;
  std::vector<Candidate> candidates;
  Search search = Search::once;

  /// A label whose images have these chances, one item for each base prompt of the study. Returns its name.
  std::string add_label(const std::vector<Chances>& chances);

  /// A phrase of that label, likewise; as a candidate it is the caller's to propose.
  Candidate new_phrase(const std::string& label, const std::string& text, const std::vector<Chances>& chances);

  /// The same phrase in other words: chances alike, images of its own.
  Candidate in_other_words(const std::string& label, const std::string& text, int attempt);
};

}  // namespace scotoma::simulation
