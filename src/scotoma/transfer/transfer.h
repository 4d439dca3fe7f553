// SPDX-License-Identifier: Apache-2.0
// Do the bugs of one classifier hold for others?
#pragma once

#include <vector>

#include "scotoma/core/cancel.h"
#include "scotoma/finding/events.h"
#include "scotoma/transfer/again.h"

namespace scotoma {

/// Every confirmed bug's audit images on the study's classifier (first column) and on each candidate.
///
/// A bug transfers to a candidate where its claimed images surely fail more often than the candidate's own null allows:
/// the one-sided 95 % upper limit of its failure rate on the controls, plus evidence.delta. Tested by the exact
/// binomial p-value, Holm-adjusted over all cells of all candidates, at 0.05: the probability of even one false
/// "transfers" is at most 0.05 where the upper limits hold.
///
/// A systematic failure transfers where the candidate surely fails on more of the label's baseline images than
/// evidence.failing_label_threshold; its cells are adjusted together with the others.
///
/// Nothing is generated; each candidate is asked once an image, and remembered. The result is a function of the
/// findings and of the answers. `images`: where those of the findings are read. `candidates` keep their classifiers.
/// Errors: bad_input for a candidate without a class of the study; those of the models and of the disk; interrupted.
Result<Transfer> transfer(const Study& study, const Findings& findings, std::vector<CandidateModel>& candidates,
                          AnswerCache& cache, ImageStore& images, const CancelToken& cancel, Listener& listener);

}  // namespace scotoma
