// SPDX-License-Identifier: Apache-2.0
// Stage 7b: a further search with the images that the first left, for what captions do not say.
#pragma once

#include <vector>

#include "scotoma/stage/context.h"
#include "scotoma/stage/listed.h"

namespace scotoma {

/// Tries phrases of other labels' captions and the built-in attributes (attribute_pool.h), alone and in pairs, on every
/// label that can be generated and that some evidence could be had of, as far as exploration's share of the budget goes
/// (budget.h), less a sixth to explore what was found. Where a label fails systematically, the event is a pass here
/// too. Up to three times:
///
/// 1. Each image joins a phrase of each slot, so that each phrase is seen under each label with a third of the images:
///    a covering array of strength 1 for each label. The most promising phrases come first. A row that the generator
///    does not read to its end, or of which it shows no valid image, falls apart.
/// 2. Phrases of images with the event are tried alone, two images each: those first under which the event is more
///    frequent than in other images of the label, and of the other labels. One under which several labels fail is a
///    shortcut, and is tried on all.
/// 3. Labels without a find: the phrases under which the classifier was least sure are joined with the most common ones
///    of the other slots. Phrases of images with the event are tried alone as in 2.
/// 4. Pairs of images with the event that no phrase explains alone are tried, two images each.
///
/// What then shows the event in half of its images or more comes back with these, at most evidence.max_hypotheses of a
/// label, the highest score first: -log10 of Fisher's p-value that the event is more frequent in its images than in the
/// label's other images here. Images have seeds of their own (Purpose::screening) and count as exploration: they choose
/// what is tested, and confirm nothing. context.limits says what was tried.
Result<std::vector<Listed>> search_further(StageContext& context, const std::vector<Hypothesis>& known,
                                           const std::vector<BaseResult>& bases);

}  // namespace scotoma
