// SPDX-License-Identifier: Apache-2.0
// Stage 9: evidence on fresh images, false discovery rate under control.
#pragma once

#include "scotoma/stage/context.h"

namespace scotoma {

/// Generates fresh images for the finalists and, where these add more to their evidence, fresh baseline images of their
/// labels (evidence/sample_size.h), look by look, and follows the joint e-value of each trial with its label's baseline
/// sample (evidence/joint_e_value.h), which complete_bases in stage/sample.h began. A trial ends when closed e-BH
/// (evidence/closed_e_bh.h) rejects it by now, whatever becomes of the others; when the images that are left would not
/// do at the highest rate that is likely (futility); when it surely cannot be generated; or after budget.confirm
/// images: the e-process allows stopping at any moment. A label that `bases` does not have has no baseline sample that
/// grows.
///
/// Images for a short audit (shortest_audit(study)) of those that would be confirmed now are kept back. Where the rest
/// does not do for all, each going on as it did, those with the least evidence end; they go on, the best first, where
/// the others leave images, and else are out_of_budget, as context.limits says. Closed e-BH over all
/// trials of the wave, at its part of alpha - alpha0 (finding/claims.h), decides. Returns the logarithm of the e-value
/// from which it rejected.
///
/// With evidence.rule "fixed" every finalist gets budget.confirm images, as many of the best as the budget pays for,
/// and what fails more often than its label's baseline sample did is confirmed (Wiles et al. 2022): no e-value, no
/// error rate, as context.limits says. Returns 0.
///
/// Requires that `finalists` are best first.
Result<double> confirm(StageContext& context, std::vector<BaseResult>& bases, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists, Wave wave = Wave::search);

}  // namespace scotoma
