// SPDX-License-Identifier: Apache-2.0
// After exploring: conjunctions against their pieces alone, and phrases that are too weak alone.
#pragma once

#include <vector>

#include "scotoma/stage/context.h"

namespace scotoma {

/// Fills `part_rates` of every finalist that is a conjunction: its pieces alone. A piece that is a hypothesis too keeps
/// its explored rate; for any other budget.initial_images images are generated, with the seeds that would have explored
/// it, as far as exploration's share of the budget goes. A conjunction does not go on where a piece that is a finalist
/// itself explains it: it fails about as often (Fisher's one-sided p above 0.2). Returns the finalists that go on.
Result<std::vector<std::size_t>> compare_with_parts(StageContext& context, std::vector<Hypothesis>& hypotheses,
                                                    const std::vector<std::size_t>& finalists);

/// Disjunctions: for phrases of one of the study's lists that look weak on one label and mostly give the same wrong
/// answer, "on a flower or on the grass". Weak: more events than in the baseline sample, but the one-sided 95 % lower
/// limit of the explored rate is not above the null's. A disjunction is made where that limit of all their images
/// together is; it is generated from its phrases in turn, has their rates as part_rates and their images as explored,
/// and is of the source "either". Appended to `hypotheses`; the new indices come back. No image is generated.
std::vector<std::size_t> add_disjunctions(const StageContext& context, std::vector<Hypothesis>& hypotheses,
                                          const std::vector<BaseResult>& bases);

}  // namespace scotoma
