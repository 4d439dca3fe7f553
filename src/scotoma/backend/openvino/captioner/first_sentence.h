// SPDX-License-Identifier: Apache-2.0
// The one sentence that is kept of an answer.
#pragma once

#include <string>
#include <string_view>

namespace scotoma {

/// The first sentence of a text, without blanks around it: up to a stop, an exclamation or question mark (and quotes
/// that close after it) that a blank or the end follows, or up to the end of the line. A stop after a single letter, a
/// known abbreviation ("Mr.", "e.g.") or before a small letter ends nothing. The whole text where nothing ends it.
std::string first_sentence(std::string_view text);

}  // namespace scotoma
