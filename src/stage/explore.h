// Stage 7: a few images for every hypothesis, more for those that look like bugs.
#pragma once

#include "stage/context.h"

namespace scotoma {

/// Successive halving (Jamieson and Talwalkar 2016): budget.rounds rounds; each doubles the images of a hypothesis.
/// After each, those whose rate so far is within the null are dropped, and the better half of the others stays, but
/// never fewer than budget.finalists. At most half of the images that the base samples left go
/// into it and all else that explores; a round that these cannot
/// pay for is left out, and in the first round the last hypotheses are. Sets `explored`, `tried` and the status of
/// those that end here; the indices of the finalists come back, best first. These images choose hypotheses, so they
/// never confirm one: their seeds are a stream of their own.
Result<std::vector<std::size_t>> explore(StageContext& context, std::vector<Hypothesis>& hypotheses);

}  // namespace scotoma
