// SPDX-License-Identifier: Apache-2.0
// Stage 9: evidence on fresh images, false discovery rate under control.
#pragma once

#include "scotoma/stage/context.h"

namespace scotoma {

/// Generates fresh images for the finalists, a batch each in turn, and follows the joint e-value of each with its
/// label's baseline sample (evidence/joint_e_value.h). A trial stops when it alone would be rejected (e >= K / alpha')
/// and most of its images are valid, when the images that are left would not do at the highest rate that is likely
/// (futility), when it surely cannot be generated, or after budget.confirm images: the e-process allows stopping at any
/// moment.
///
/// Where the budget does not pay for all open trials to their end, those that e-BH rejects together stop too. Images
/// for a short audit (shortest_audit(study)) of those that would be rejected alone are kept back; where the rest does
/// not do for all, those with the least evidence end (out_of_budget), and context.limits says so. Then e-BH at level
/// alpha - alpha0 with K = slots(study) decides. Returns the logarithm of the e-value from which it rejected.
///
/// With evidence.rule "fixed" every finalist gets budget.confirm images, as many of the best as the budget pays for,
/// and what fails more often than its label's baseline sample did is confirmed (Wiles et al. 2022): no e-value, no
/// error rate, as context.limits says. Returns 0.
///
/// Requires that `finalists` are best first.
Result<double> confirm(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists);

}  // namespace scotoma
