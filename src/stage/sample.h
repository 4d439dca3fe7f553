// Stages 1 to 3: base pictures of every label, classified and judged; base rates with their bounds.
#pragma once

#include "stage/context.h"

namespace scotoma {

/// One BaseResult a label, in the study's order. Of each label budget.base_first pictures are drawn (0: budget.base);
/// the others follow at once where these show a failure, so that there is something to cluster and to say whether the
/// label fails nearly everywhere, or where so many are invalid that it may be undrawable (more than half of
/// evidence.max_invalid). Half of the images that are left at most; context.limits says where they do not do.
/// `everywhere` is decided here and stays.
///
/// The bounds hold together for all labels with probability 1 - alpha0: each of the 2 L one-sided bounds is at level
/// 1 - alpha0 / (2 L). With base_first there are 3 L: the upper one may be taken at two sample sizes. (The lower one of
/// a sample without a failure is 0, and cannot be wrong.)
/// Errors: bad_input when the budget does not even pay for the first base pictures.
Result<std::vector<BaseResult>> sample_bases(StageContext& context);

/// Draws what base_first left out of the labels of `finalists`, the best first, and tells all hypotheses of these
/// labels. Half of the images that are left at most; a label for which they do not do keeps its first pictures, and
/// context.limits says so. The joint e-value allows it: either of its samples may stop at any moment.
///
/// The finalists that stay come back: not those of a label that now turns out to be undrawable, nor those that, by the
/// whole sample, exploration showed no better than their null. To drop a finalist only takes away claims.
Result<std::vector<std::size_t>> complete_bases(StageContext& context, std::vector<BaseResult>& bases,
                                                std::vector<Hypothesis>& hypotheses,
                                                const std::vector<std::size_t>& finalists);

/// What sample_bases asks first, base prompts in turn. Every image has the seed of its own index: prompts that read the
/// same draw no picture twice.
std::vector<Question> base_questions(const StageContext& context);

}  // namespace scotoma
