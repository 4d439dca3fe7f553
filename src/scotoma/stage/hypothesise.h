// SPDX-License-Identifier: Apache-2.0
// Stage 6: from phrases to hypotheses.
#pragma once

#include <string>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// A phrase, and the cluster (or user) that it came from.
struct Candidate {
  std::string label;
  Phrase phrase;
  Direction direction = Direction::fails;
  std::string expected;  ///< the cluster's predicted class
  Source source = Source::captions;
};

/// Merges candidates that say the same of the same label (equal prompts, or as many pieces and text embeddings closer
/// than search.phrase_similarity), keeps the best evidence.max_hypotheses of each label, and makes hypotheses of them.
/// Best first: what the user asks; then, within a label, phrases from captions by score and phrases from lists in the
/// order given, in turn, so that neither crowds out the other: a caption's best phrase and the lists' have scores that
/// no scale makes comparable. Across labels by score, a listed phrase at the score of the phrase from captions that it
/// follows. What says the same as one of `known`, hypotheses made before, is left out; ids differ from theirs.
Result<std::vector<Hypothesis>> hypothesise(StageContext& context, Memo& memo, const std::vector<Candidate>& candidates,
                                            const std::vector<BaseResult>& bases,
                                            const std::vector<Hypothesis>& known = {});

/// A hypothesis for each candidate, with its prompts, its id, what the baseline sample shows of its event, and its null
/// rate: min(1, that sample's rate + delta), or 1 without a valid baseline image. One that could not be confirmed even
/// if every image of budget.confirm showed it is `underpowered`, and context.limits says so. Requires a base result for
/// each candidate's label. `known` as above.
std::vector<Hypothesis> hypotheses_of(StageContext& context, const std::vector<Candidate>& candidates,
                                      const std::vector<BaseResult>& bases, const std::vector<Hypothesis>& known = {});

}  // namespace scotoma
