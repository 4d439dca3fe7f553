// Stage 9: evidence on fresh images, false discovery rate under control.
#pragma once

#include "stage/context.h"

namespace scotoma {

/// Draws fresh images for the finalists, a batch each in turn, and follows the e-process of each. A trial stops when
/// it alone would be rejected (e >= K / alpha') and most of its images are valid, when its rate surely is no bug
/// (futility), when it surely cannot be drawn, or after budget.confirm images: the e-process allows stopping at any
/// moment. The images that the audit of those which already crossed will take are kept back; where the rest does not do
/// for all, those with the least evidence end (out_of_budget), and context.limits says so. Then closed e-BH at level
/// alpha - alpha0 with K = evidence.max_hypotheses decides. Returns the logarithm of the e-value from which it
/// rejected. Requires that `finalists` are best first.
Result<double> confirm(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists);

}  // namespace scotoma
