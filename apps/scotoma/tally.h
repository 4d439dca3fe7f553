// What a hunt found, in the terminal's words. They say the same as the head of the report (src/report/html.cpp).
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"

namespace scotoma {

/// Pointers into the findings, which must outlive it.
struct Tally {
  std::vector<const Hypothesis*> bugs;        ///< confirmed, fails
  std::vector<const Hypothesis*> exceptions;  ///< confirmed, passes
  std::vector<const BaseResult*> everywhere;  ///< labels that fail nearly everywhere
};
Tally tally_of(const Findings& findings);

/// "12 bugs confirmed among 37 hypotheses. 1 label fails nearly everywhere."
std::string tally_words(const Findings& findings, const Tally& tally);

/// One confirmed hypothesis on a line: "a photo of a fly on a flower: 78 % fail (69 to 85 %), taken for "bee"", or
/// "bee is recognised "on a flower": 94 % pass (87 to 98 %)".
std::string headline(const Hypothesis& hypothesis);

}  // namespace scotoma
