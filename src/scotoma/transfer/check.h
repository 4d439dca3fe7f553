// SPDX-License-Identifier: Apache-2.0
// The findings as a regression suite: are they gone in another classifier?
#pragma once

#include <vector>

#include "scotoma/core/cancel.h"
#include "scotoma/finding/events.h"
#include "scotoma/transfer/again.h"

namespace scotoma {

/// Decides every case from its counts: `before`, `now`, `only_now`, `only_before`. Sets the p-values and the verdict:
///
///   fixed      P(X <= k) <= 0.05 for k of n claimed images failing at now.allowed: the one-sided 95 % upper limit
///              of the failure rate is within what is allowed. Not adjusted for the number of cases: what is promised
///              is that a classifier with any bug left passes *all* cases with a probability of at most 0.05, which
///              needs no adjustment (an intersection-union test: Berger, Technometrics 24 (1982), 295-300).
///   there      Holm-adjusted P(X >= k) <= 0.05: the probability of even one false "there" is at most 0.05.
///   worse      there, and Holm-adjusted one-sided McNemar over the same images <= 0.05: more failures than before.
///   undecided  otherwise; so, too, without a valid image.
///
/// More failures among the claimed images never turn `there` into `fixed`, nor `worse` into anything but `worse` or
/// `there`.
void decide(std::vector<CheckCase>& cases);

/// Every confirmed bug and every systematic failure of the findings on the candidate: bugs cause by cause, then each
/// systematic failure with its exceptions behind it. Of a bug, what is allowed is the candidate's own null (cell_of)
/// and never more than what the classifier that the bug was found on may fail without the phrase: the one-sided 95 %
/// upper limit of its baseline rate + delta; for Direction::passes evidence.failing_label_threshold. A classifier that
/// fails everywhere has fixed nothing. Bugs without pairs (no audit) are cases without images. A systematic failure is
/// fixed where the candidate surely fails on no more of the label's baseline images than
/// evidence.failing_label_threshold. Errors: as transfer().
Result<Check> check(const Study& study, const Findings& findings, CandidateModel& candidate, AnswerCache& cache,
                    ImageStore& images, const CancelToken& cancel, Listener& listener);

}  // namespace scotoma
