// SPDX-License-Identifier: Apache-2.0
// How far a spurious correlation reaches, in words: for the report, for bugs.json and for the command line.
#pragma once

#include <string>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Points into the row it was taken from.
struct Spread {
  std::vector<const CrossCell*> reached;  ///< cells that spread, the highest rate first, equals in the study's order
  std::vector<std::string> known;  ///< labels of which the row's bugs say that they are misclassified as the answer
  std::vector<std::string> misclassified;  ///< names of both, each once: those reached, then the rest of the known
  int tested = 0;                          ///< cells with enough valid pairs, and those of known labels
  bool further = false;  ///< more than one label is misclassified as the answer, or one beside the answer's own
};

Spread spread_of(const Findings& findings, const CrossRow& row);

/// "On a flower, many things are misclassified as a bee: penguin, fly, ladybug and 12 more of 15 labels.", "On a
/// flower, only a fly is misclassified as a bee; nothing like it was found on 14 other labels."
std::string sentence(const Study& study, const Findings& findings, const CrossRow& row);

/// Every row, those that reach most labels first.
std::vector<const CrossRow*> furthest_first(const Findings& findings);

}  // namespace scotoma
