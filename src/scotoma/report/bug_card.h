// SPDX-License-Identifier: Apache-2.0
// One confirmed hypothesis on its cause's card, for somebody who is no statistician.
#pragma once

#include <string>
#include <string_view>

#include "scotoma/report/page.h"

namespace scotoma {

/// One line with its rate, interval and baseline, and folded behind it (a <details>) everything else where the page
/// shows it in full; else its id is on the line. `name` is the plain text in front: the label, or for an exception the
/// phrase. Requires Status::confirmed. Headings inside are <h5>.
std::string bug_row(Page& page, const Hypothesis& hypothesis, std::string_view name);

}  // namespace scotoma
