// SPDX-License-Identifier: Apache-2.0
// Stage 10: how bad a confirmed bug is, on images that had no part in finding or confirming it.
#pragma once

#include "scotoma/stage/context.h"

namespace scotoma {

/// For every confirmed hypothesis, budget.audit fresh images with the phrase and as many of the base prompt on the
/// same seeds: the rate with a 95 % interval free of selection, what the phrase adds to it (the pairs: Newcombe's
/// interval, McNemar's test), the most frequent wrong answer. Where the budget does not pay for that, all audits are
/// shorter alike, by whole rounds of the base prompts, but never shorter than shortest_audit(study): then the last bugs
/// stay confirmed without an audit. context.limits says so.
Result<void> audit(StageContext& context, std::vector<Hypothesis>& hypotheses);

}  // namespace scotoma
