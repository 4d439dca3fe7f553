// SPDX-License-Identifier: Apache-2.0
// What the cross-check found, put to the test like every other phrase.
#pragma once

#include <cstddef>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/finding/finding.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// Makes hypotheses of the cells that are marked (CrossCell::spreads), "`label` fails under the row's phrase", and
/// gives those that are to be confirmed, the smallest adjusted p first. `tested`: hypotheses that had a trial.
///
/// A hypothesis of the label with the same prompts that exploration dropped, or had no images for, is taken up again:
/// it stays one hypothesis. What had a trial, or says the same as something that had one (search.phrase_similarity),
/// gets no second one: its e-value stands. Left out are also labels that fail systematically, of which passes are
/// sought, and what was found not_generatable, underpowered or merged. The cross-check's images of the label with the
/// phrase that are misclassified as the answer count as exploration in `explored`.
///
/// In all at most budget.finalists, and as many as the budget pays for two batches of confirmation and the shortest
/// audit of.
Result<std::vector<std::size_t>> take_up_spread(StageContext& context, Memo& memo, Findings& findings,
                                                const std::vector<std::size_t>& tested);

/// Their trials, a wave of its own (Wave::cross_check): fresh baseline images of their labels, fresh images, the
/// decision at the wave's part of the level, audits. Names each new bug in the rows of its phrase and answer
/// (CrossRow::bugs). Requires evidence.rule sequential.
Result<void> confirm_spread(StageContext& context, Findings& findings, const std::vector<std::size_t>& spread);

}  // namespace scotoma
