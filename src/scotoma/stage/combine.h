// SPDX-License-Identifier: Apache-2.0
// Between describing and making hypotheses: phrases from the user's lists, alone and joined.
#pragma once

#include <vector>

#include "scotoma/stage/context.h"
#include "scotoma/stage/listed.h"

namespace scotoma {

/// For each label that can be generated, every phrase of the study's lists: the first of each list, then the second of
/// each, and so on. With search.interaction_strength above 1 the labels are screened first, and combinations come too.
///
/// Screening: images of prompts that join a phrase of *each* list (but those whose phrases stay alone), the rows of a
/// covering array of strength search.interaction_strength, so that every combination occurs in some image though most
/// are never generated alone (group testing). The first budget.screen images of a row are generated, or as many as half
/// of the budget that is left pays for, at least one; if it does not pay for one image of each row, the last rows are
/// left out, and context.limits says so. A row whose images are all invalid is generated once more, as far as that half
/// goes. They have seeds of their own (Purpose::screening) and count as exploration.
///
/// Every phrase comes back alone, but those under which screening saw three valid images or more without the event,
/// and it in no others but where a phrase beside it explains that; unless a quarter of the phrase's images of the
/// other labels show it: a shortcut misleads many labels. Of the combinations come those that any failing image
/// speaks for and that no part explains, at most evidence.max_hypotheses of a label. A part explains it if it scores as
/// high and, without the rest, shows the event at least half as often. By label, the highest score first; of equals the
/// shorter, then in the order of the lists.
Result<std::vector<Listed>> from_lists(StageContext& context, const std::vector<BaseResult>& bases);

}  // namespace scotoma
