// What a study confirmed, counted in one way for the report and for the command line.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"

namespace scotoma {

/// Points into the findings it was taken from, which must outlive it; each list in their order.
struct Tally {
  std::vector<const Hypothesis*> bugs;        ///< confirmed: the label fails under the phrase
  std::vector<const Hypothesis*> exceptions;  ///< confirmed: a label that fails nearly everywhere passes under it
  std::vector<const BaseResult*> everywhere;  ///< labels that fail nearly everywhere
};

Tally tally_of(const Findings& findings);

/// "2 bugs confirmed among 37 hypotheses."
std::string bug_summary(const Findings& findings);

/// "1 label fails nearly everywhere, with 1 exception."; empty if there is none.
std::string label_summary(const Findings& findings);

/// Both sentences.
std::string summary(const Findings& findings);

}  // namespace scotoma
