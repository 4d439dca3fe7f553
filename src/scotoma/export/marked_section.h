// SPDX-License-Identifier: Apache-2.0
// A section of somebody else's Markdown file that a program writes anew.
#pragma once

#include <string>
#include <string_view>

#include "scotoma/core/result.h"

namespace scotoma {

/// "<!-- scotoma card: NAME, begin: what follows is replaced ... -->" and its end: what finds the section again.
std::string begin_marker(std::string_view name);
std::string end_marker(std::string_view name);

/// The document with the section between the two markers, each on a line of its own: in the place of what stands
/// between them, or where there are none at the document's end. All other bytes stay. The section's lines end as the
/// document's first does (LF or CRLF). Lines inside a fenced code block are no markers. `name` holds letters, digits
/// and hyphens. Errors, to be put behind the file's name: bad_input where one of the two is missing, is there twice,
/// the end comes first, or a
/// block of code is open where the section would be added.
Result<std::string> with_section(std::string_view document, std::string_view name, std::string_view section);

}  // namespace scotoma
