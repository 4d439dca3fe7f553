// SPDX-License-Identifier: Apache-2.0
// Findings that the page has no card for, and those of a card's bugs that have no line there: a table row each.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// Folded: every bug without a line on a card (Page::listed), with its rate, its baseline rate and its id, and the
/// command that shows the rest. Says how many are not even here. Empty where every bug has a line.
std::string more_bugs(const Page& page);

/// The same of systematic failures without a card, and of exceptions without a line on one.
std::string more_systematic(const Page& page);

}  // namespace scotoma
