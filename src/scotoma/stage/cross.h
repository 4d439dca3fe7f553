// SPDX-License-Identifier: Apache-2.0
// Stage 11: confirmed phrases on other labels. A phrase that makes many things look like one is a spurious correlation.
#pragma once

#include "scotoma/stage/context.h"

namespace scotoma {

/// Images that a cell keeps, to be shown.
inline constexpr std::size_t kCrossSamples = 4;

/// One row for each confirmed phrase and what things are misclassified as under it: the bug's wrong answer, or, where a
/// label that fails systematically passes under the phrase, that label's class. The same phrase with the same answer
/// is one row, however many labels it was confirmed for. Its cells are all labels of the study but the answer's own and
/// those that cannot be generated; labels that the phrase was confirmed for are among them, on fresh images.
///
/// A cell compares budget.cross images of the label with the phrase and as many of its base prompt on the same seeds.
/// The event is "misclassified as the answer", among pairs of which both images are valid; p is McNemar's exact
/// one-sided test of them. Seeds are those of Purpose::cross_check and of the label's base prompt: images without the
/// phrase are generated once for all rows, and images with it once for all answers. Where fewer than half of the pairs
/// are valid, the cell is not tested.
///
/// `adjusted` is Holm's over the tested cells of all rows. Whatever the dependence between cells (they share images),
/// the probability that even one cell `spreads` of which the label is misclassified as the answer no more often with
/// the phrase than without is at most evidence.alpha. This is a family of its own, beside the false discovery rate of
/// the bugs.
///
/// Rows whose phrase is confirmed for most labels, then with most evidence, come first; those that the budget cannot
/// pay for are left out, and context.limits says so. budget.cross = 0: no rows, no images.
Result<std::vector<CrossRow>> cross_check(StageContext& context, const std::vector<Hypothesis>& hypotheses,
                                          const std::vector<BaseResult>& bases);

}  // namespace scotoma
