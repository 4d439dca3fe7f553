// SPDX-License-Identifier: Apache-2.0
// Stage 10: how bad a confirmed bug is, on images that had no part in finding or confirming it.
#pragma once

#include "scotoma/stage/context.h"

namespace scotoma {

/// For every confirmed hypothesis that has no audit yet, fresh images with the phrase and as many of the base prompt on
/// the same seeds: the rate with a 95 % interval free of selection, what the phrase adds to it (the pairs: Newcombe's
/// interval, McNemar's test), the most frequent wrong answer.
///
/// Labels that confirmation showed to be misclassified alike under one phrase share a sample: as many images of each.
/// It grows, by four of each label at a time, until the interval of the rate over its labels is no wider than
/// budget.audit_width, or it has budget.audit images; every label has a round of the base prompts of its own at least,
/// and shortest_audit(study) where the budget does for that. The intervals are confidence sequences
/// (evidence/confidence_sequence.h): when a sample stops may depend on what it shows. Where the budget runs low the
/// samples end early, and where it does not pay for the shortest audit the last bugs stay confirmed without one.
/// context.limits says so.
Result<void> audit(StageContext& context, std::vector<Hypothesis>& hypotheses);

/// The same for those of `which` that are confirmed.
Result<void> audit(StageContext& context, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& which);

}  // namespace scotoma
