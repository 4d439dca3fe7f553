// SPDX-License-Identifier: Apache-2.0
// Evidence for a pass: that none of given phrases raises the failure rate of a label by a given size.
#pragma once

#include <vector>

#include "scotoma/finding/certificate.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// Tests for every label of the context with every phrase, a cell each, the null "it fails by study.certify.size or
/// more above the label's baseline rate", or (absolute) "in certify.size of its images or more", by
/// log_certificate_e_value(), and the opposite null by log_joint_e_value() or log_e_value(). K cells that get images.
///
/// Images come in rounds, under a purpose of their own: with the phrase for the cells that are open, and baseline
/// images of a label, which its cells share, once one of its open cells failed twice: sqrt(m) times as many as each of
/// m such cells has (the allocation of least variance for many comparisons with one control: Dunnett, JASA 50 (1955),
/// 1096-1121). A cell ends
///
/// - certified, when its evidence reaches K / (R alpha), R being the cells that are not lost: 1 / alpha as long as none
///   is. So what is certified is what e-BH certifies at alpha, whatever became of the others;
/// - as a bug, when the opposite evidence reaches K / alpha: with a probability of 1 - alpha none is called one that is
///   none (Bonferroni over stopped e-processes);
/// - not generatable, when too many of its images surely do not show the label;
/// - undecided, when its label fails systematically, evidence.failing_label_threshold being refuted for its baseline
///   rate, at alpha for all labels together (absolute certificates look at no baseline);
/// - undecided, when neither is in reach of the images that it could still have, or after certify.each images.
///
/// The images of all are certify.images at most; where they do not do for all cells, those end that would take most,
/// and of equals the last: before the first image, cells of the last labels, which then count in no K. The limits say
/// so. A cell whose evidence reached 1 / alpha is certified, whatever ended it.
///
/// Requires labels and phrases, none of them twice, which nobody chose by images of this purpose. Errors: those of the
/// sampler.
Result<Certificate> certify(StageContext& context, const std::vector<ListedPhrase>& phrases);

}  // namespace scotoma
