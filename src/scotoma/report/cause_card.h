// SPDX-License-Identifier: Apache-2.0
// A cause, and a systematic failure, each on a card of the same rank.
//
// A card comes in two pieces that follow each other in the page: its top, which opens the <article>, and the rest,
// which closes it. All tops are made before any rest, so that images, of which the page takes a limited number, go
// first to what is not folded.
#pragma once

#include <cstddef>
#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// The sentence, the rates over its labels, images side by side. `number`: its place among the causes, from 1.
std::string cause_top(Page& page, const Cause& cause, std::size_t number);

/// A line for each of its labels, everything about it folded behind; what the phrase does to other labels.
std::string cause_rest(Page& page, const Cause& cause);

/// The sentence, the rate, images that fail. `number`: its place among the systematic failures, from 1.
std::string failure_top(Page& page, const SystematicFailure& failure, std::size_t number);

/// What it is misclassified as, how sure that is, and the exceptions: phrases under which it passes.
std::string failure_rest(Page& page, const SystematicFailure& failure);

/// Lowest and highest rate over a cause's labels: "89 to 100 % fail; baseline 3 to 20 %". Empty where none is known.
std::string rates_text(const Page& page, const Cause& cause);

}  // namespace scotoma
