// SPDX-License-Identifier: Apache-2.0
// Others' texts in Markdown, as GitHub and the Hugging Face hub read it.
#pragma once

#include <string>
#include <string_view>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Text on one line, as a person shall see it (printable(), wording/text.h): nothing in it is taken for markup, HTML, a
/// table's cell, a heading, a list or a formula; an address in it may become a link to itself. Source: CommonMark 0.31
/// (a backslash before ASCII punctuation) and GitHub's tables.
std::string escape_markdown(std::string_view text);

/// The same as code: fenced in as many backticks as it takes. In a table's cell `|` is escaped, which the table takes
/// back; so it does not stand for code outside of one. Empty for an empty text.
std::string code_in_cell(std::string_view text);

/// A table of the models by role, with what they say of themselves and their fingerprints; with the line above it.
std::string model_table(const Findings& findings);

}  // namespace scotoma
