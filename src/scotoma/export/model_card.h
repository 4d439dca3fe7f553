// SPDX-License-Identifier: Apache-2.0
// What a study says of a classifier, as a section of that model's card.
#pragma once

#include <string>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The section "Known failure modes" in Markdown, for a README.md on the Hugging Face hub or GitHub: what was tested
/// and with how many images, what makes the figures doubtful, each cause and systematic failure with rates, 95 %
/// intervals and prompts, how many of the claims may be false, what was not found and cannot be told, and how to
/// reproduce it. A function of its arguments; `version` is the program's. It never says that there are no failures.
/// Ends with one line's end. Of many findings the first have room; the rest are counted.
std::string model_card(const Study& study, const Findings& findings, const std::string& version);

}  // namespace scotoma
