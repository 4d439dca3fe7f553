// SPDX-License-Identifier: Apache-2.0
// Stage 10, second half: what audits and people say of whether the bugs' images show their labels at all.
#pragma once

#include <string>
#include <vector>

#include "scotoma/finding/review.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Fills Hypothesis::reviewed (of audits with at least kFewestReviewed answers that count) and Findings::judge_review;
/// neither where there is no answer. Then withdraws what the generator cannot show: a confirmed hypothesis becomes
/// Status::not_generatable
///
///   - where surely more than evidence.max_invalid of its audit is invalid (surely_not_generatable), or
///   - where a person says so of what the judge accepted: the one-sided 99 % Clopper-Pearson limit of the share of its
///     accepted images that do not show the label is above evidence.max_invalid.
///
/// What was withdrawn counts as e = 0, and e-BH decides anew over the others (those that were not confirmed with all
/// of them cannot be now), so that the error rate holds for
/// what is left: some of it may become Status::not_confirmed. Gives the sentences that say so, and sets
/// Findings::rejection_threshold to that of what is left. A spurious correlation that only withdrawn bugs showed is
/// left out; the other cells keep their p-values.
std::vector<std::string> review(const Study& study, const Reviews& reviews, Findings& findings);

/// Fewer answers than this say nothing of one bug.
constexpr int kFewestReviewed = 8;

}  // namespace scotoma
