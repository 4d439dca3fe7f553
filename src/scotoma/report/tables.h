// SPDX-License-Identifier: Apache-2.0
// The parts of the HTML report that show everything, not only what was confirmed.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// Every hypothesis, how far it came and why it stopped there.
std::string hypotheses_section(const Page& page);

/// Groups of failures that look alike, with what the captioner said of them.
std::string clusters_section(Page& page);

/// The failure rate of every label under base prompts.
std::string base_rates_section(const Page& page);

}  // namespace scotoma
