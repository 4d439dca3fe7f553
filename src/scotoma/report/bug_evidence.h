// SPDX-License-Identifier: Apache-2.0
// What speaks for a confirmed hypothesis, in four short answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/report/page.h"

namespace scotoma {

/// How often it happens, whether it is the phrase, what the images are misclassified as, whether it could be chance:
/// those of the four that can be answered, as <section>s in a <div>. Requires Status::confirmed.
std::string evidence_blocks(const Page& page, const Hypothesis& hypothesis);

/// The wrong answers among `samples`, the most frequent first, each with a bar of its share of the valid ones. `whence`
/// ends the line on how many those are: " of the audit". Empty where nothing failed.
std::string answers_list(const Page& page, const std::vector<Sample>& samples, std::string_view whence);

}  // namespace scotoma
