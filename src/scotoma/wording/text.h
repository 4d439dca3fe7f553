// SPDX-License-Identifier: Apache-2.0
// Strings from outside made safe for where they are put: a terminal, HTML, JSON, a shell's command line, a data: URI.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace scotoma {

/// The text with every byte that is not part of valid UTF-8 replaced by U+FFFD. Models return such bytes; JSON and HTML
/// must not hold them.
std::string valid_utf8(std::string_view text);

/// Text on one line as a person shall see it. What a terminal would obey or leave out is spelled: control characters
/// and bytes that are no UTF-8 as in C ("\n", "\x1b", "\xff"); C1 controls, the directions of writing, line separators
/// and all else that has no shape of its own as their code point ("<U+202E>"). Joiners and variation selectors stay
/// behind letters and signs beyond ASCII, which they shape. The set is Unicode 15's Default_Ignorable_Code_Point with
/// line and paragraph separators, annotation marks and noncharacters.
std::string printable(std::string_view text);

/// The same of a text that may have several lines: ends of lines stay, and so do tabs.
std::string printable_lines(std::string_view text);

/// JSON (valid, as a library writes it) in which the code points that printable() spells are \u escapes: the same
/// values, and a person sees what is there.
std::string printable_json(std::string_view json);

/// Text for an HTML element or a quoted attribute: printable, but for tab and newline, and & < > " ' as references.
std::string escape_html(std::string_view text);

/// One argument of a POSIX shell: as it is where no character is special, in double quotes where that is enough, in
/// single quotes otherwise.
std::string quote_for_shell(std::string_view argument);

/// RFC 4648 with padding, on one line.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace scotoma
