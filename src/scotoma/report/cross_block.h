// SPDX-License-Identifier: Apache-2.0
// What the cross-check says of a phrase, on the card of the finding that it belongs to.
#pragma once

#include <string>
#include <vector>

#include "scotoma/report/page.h"

namespace scotoma {

/// On which labels beside its own a cause's phrase does the same, with an image of each of the first, and how many were
/// tried; all counts stand in spurious_section(). Empty where the phrase was not tried on others.
std::string cross_block(Page& page, const Cause& cause);

/// What else passes for a label that fails systematically, under the phrases of its exceptions; where a cause's card
/// says so, a link to that.
std::string cross_block(Page& page, const SystematicFailure& failure);

/// A sentence for each of `rows` that no card names, as a list; empty if there is none.
std::string cross_elsewhere(Page& page, const std::vector<const CrossRow*>& rows);

}  // namespace scotoma
