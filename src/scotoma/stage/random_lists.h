// SPDX-License-Identifier: Apache-2.0
// Phrases from the user's lists that nothing guides: what screening and search are compared with.
#pragma once

#include <vector>

#include "scotoma/stage/listed.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// For each label that can be generated, evidence.max_hypotheses different combinations of 1 ..
/// search.interaction_strength phrases of different lists, each equally likely, in random order; all of them where
/// there are fewer. The labels take turns. A function of the study's seed and lists.
std::vector<Listed> at_random(const Study& study, const std::vector<BaseResult>& bases);

}  // namespace scotoma
