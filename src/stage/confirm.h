// Stage 9: evidence on fresh images, false discovery rate under control.
#pragma once

#include "stage/context.h"

namespace scotoma {

/// Draws fresh images for the finalists, a batch each in turn, and follows the e-process of each. A trial stops when
/// it alone would be rejected (e >= K / alpha'), when its rate surely is no bug (futility), or after
/// budget.confirm images: the e-process allows stopping at any moment. Then e-BH at level alpha - alpha0
/// with K = evidence.max_hypotheses decides. Returns the logarithm of the e-value from which it rejected.
Result<double> confirm(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists);

}  // namespace scotoma
