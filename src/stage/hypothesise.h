// Stage 6: from phrases to hypotheses.
#pragma once

#include <string>
#include <vector>

#include "catalogue/memo.h"
#include "stage/context.h"

namespace scotoma {

/// A phrase, and the cluster (or user) that it came from.
struct Candidate {
  std::string label;
  Phrase phrase;
  Direction direction = Direction::fails;
  std::string expected;  ///< the cluster's predicted class
  std::string source = "captions";
};

/// Merges candidates that say the same of the same label (equal prompts, or text embeddings closer than
/// search.same_phrase), keeps the best evidence.max_hypotheses of each label by contrast score, and makes hypotheses of
/// them. The evidence relies on there being no more of a label, all calls together.
Result<std::vector<Hypothesis>> hypothesise(StageContext& context, Memo& memo, const std::vector<Candidate>& candidates,
                                            const std::vector<BaseResult>& bases);

/// A hypothesis for each candidate, with its prompts, its id, what the base sample shows of its event, and its null
/// rate: min(1, that sample's rate + delta), or 1 without a valid base picture. One that could not be confirmed even if
/// every image of budget.confirm showed it is `untestable`, and context.limits says so. Requires a base result for each
/// candidate's label.
std::vector<Hypothesis> hypotheses_of(StageContext& context, const std::vector<Candidate>& candidates,
                                      const std::vector<BaseResult>& bases);

}  // namespace scotoma
