// SPDX-License-Identifier: Apache-2.0
// Where hypotheses come from: captions of what fails, the user's lists, and what exploration showed.
#pragma once

#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/stage/context.h"
#include "scotoma/stage/hypothesise.h"

namespace scotoma {

/// Stages 4 and 5 for every label, as far as search.source asks for them, and the phrases of the study's lists.
/// Clusters go to `findings`.
Result<std::vector<Candidate>> search_phrases(StageContext& context, Memo& memo, Findings& findings);

/// After a first exploration. Phrases under which the event happens sometimes are described once more (describe_more),
/// and the conjunctions that come of it explored; what is then left goes into a further search (stage/further.h), where
/// the study has one and there are places among the finalists; conjunctions are weighed against their pieces; weak
/// phrases of a list are joined (parts.h). New hypotheses are appended to findings.hypotheses. Returns the finalists,
/// best first, at most budget.finalists, and of a label evidence.max_hypotheses.
Result<std::vector<std::size_t>> second_round(StageContext& context, Memo& memo, Findings& findings,
                                              std::vector<std::size_t> finalists);

}  // namespace scotoma
