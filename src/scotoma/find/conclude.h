// SPDX-License-Identifier: Apache-2.0
// The end of a run, once all images are there: what a person said, the order, the doubts.
#pragma once

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Applies a review to what the stages found (stage/review.h), orders the hypotheses, and puts the doubts in front of
/// the limits. No image is asked for, so a review that comes later needs neither models nor the run: findings without
/// `before_review` are what it begins with. Requires such findings; fills `before_review`. A function of its arguments:
/// stored findings concluded later are those that the run would have ended with.
void conclude(const Study& study, const Reviews& reviews, Findings& findings);

}  // namespace scotoma
