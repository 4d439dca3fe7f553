// One confirmed hypothesis, told to somebody who is no statistician.
#pragma once

#include <string>
#include <string_view>

#include "report/page.h"

namespace scotoma {

/// An <article>. `kicker` is the plain text above its heading: "Bug 1". Requires Status::confirmed.
std::string bug_card(Page& page, const Hypothesis& hypothesis, std::string_view kicker);

/// An <article> on a label that fails nearly everywhere.
std::string label_card(Page& page, const BaseResult& base);

}  // namespace scotoma
