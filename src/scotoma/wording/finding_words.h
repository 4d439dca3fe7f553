// SPDX-License-Identifier: Apache-2.0
// The findings in words: causes, systematic failures, and how many of all that may be false.
#pragma once

#include <string>
#include <vector>

#include "scotoma/finding/cause.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// "On a flower, 13 labels are misclassified as a bee: horse, fly, bicycle and 10 more.", "On a flower, fly and ladybug
/// are not recognised.", of one label "A fly on a flower is misclassified as a bee.".
std::string sentence(const Study& study, const Cause& cause);

/// What the cross-check adds, which other sentences then need not repeat: "The cross-check finds the same of
/// butterfly and car.", "The cross-check found nothing like it on 14 other labels."; empty where it adds nothing or was
/// not made.
std::string reach_sentence(const Findings& findings, const Cause& cause);

/// Labels that the cross-check found to be misclassified like those of the cause, the highest rate first.
std::vector<std::string> reached_labels(const Findings& findings, const Cause& cause);

/// Cross-checks that no cause names, those that reach most labels first: of exceptions alone, or of an answer that
/// is not the usual one.
std::vector<const CrossRow*> cross_without_cause(const Findings& findings);

/// "A penguin fails systematically: 64 of 64 baseline images are misclassified, mostly as a duck."
std::string sentence(const Study& study, const SystematicFailure& failure);

/// "An image fails here when its label is not among the 5 best classes." Empty under the usual rule, top-1.
std::string failure_sentence(const Study& study);

/// "Set before the run: of the claims that such a study confirms, at most 4 % are expected to be false." Of bugs and
/// exceptions, whatever is found (alpha - alpha0). Empty under the rule that holds no rate.
std::string planned_sentence(const Study& study);

/// "Of these 14 claims, at most 0.1 % are expected to be false, by their evidence.": all bugs and exceptions together,
/// by the evidence that was found (claims_sentence). Empty where there is none, and under the rule that holds no rate.
std::string evidence_sentence(const Study& study, const Findings& findings);

/// "Of systematic failures: the probability that even one is false is at most 1 %." (alpha0)
std::string systematic_sentence(double alpha0);

/// Those of the three that apply to what was found, so that none is taken for another.
std::vector<std::string> error_rates(const Study& study, const Findings& findings);

}  // namespace scotoma
