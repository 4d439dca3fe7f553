// SPDX-License-Identifier: Apache-2.0
// Stages 1 to 3: baseline images of every label, classified and judged; baseline rates with their bounds.
#pragma once

#include "scotoma/stage/baseline.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// One BaseResult a label, in the study's order. Of each label budget.base_first images are generated (0: budget.base).
/// The sample is doubled, up to budget.base, while its label is unsettled: while more than half of evidence.max_invalid
/// is invalid, so that it may be not generatable; while it fails in more than half of evidence.failing_label_threshold;
/// and while there is a failure among fewer than 16 images, so that there is something to describe. Half of the images
/// that are left at most, all in all; context.limits says where they do not do. `failing_label` is decided here and
/// stays.
///
/// The bounds hold together for all labels, whatever size their samples end at, with probability 1 - alpha0: each of
/// the 2 L one-sided bounds at each of the sizes (budget.base_sizes()) is at level 1 - alpha0 / (2 L sizes).
/// Errors: bad_input when the budget does not even pay for the first baseline images.
Result<std::vector<BaseResult>> sample_bases(StageContext& context);

/// Fresh baseline images of the labels of `finalists`, the best first: no search has seen them, so that given all that
/// chose the finalists they are one half of an e-value for each (docs/method.md). Four of each label, in whole rounds
/// of the base prompts: confirm() lets the samples grow. Half of the images that are left at most; where they do not do
/// for all, the last labels get none: then their finalists end (out_of_budget), and context.limits says so. Called
/// again for other finalists, it generates other images.
///
/// Sets base_events, base_valid, null_rate and `wave` of the finalists: whoever got images is a trial of the wave, also
/// where these end it. Those that stay come back: not those of a label that
/// now turns out to be not generatable, nor those that, by all baseline images, exploration showed no better than their
/// null. To drop a finalist only takes away claims. With evidence.rule "fixed" nothing is generated and all stay.
Result<std::vector<std::size_t>> complete_bases(StageContext& context, std::vector<BaseResult>& bases,
                                                std::vector<Hypothesis>& hypotheses,
                                                const std::vector<std::size_t>& finalists, Wave wave = Wave::search);

/// What sample_bases asks first, base prompts in turn. Every image has the seed of its own index: prompts that read the
/// same generate no image twice.
std::vector<Query> base_queries(const StageContext& context);

}  // namespace scotoma
