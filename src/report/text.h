// Strings from outside made safe for where they are put: HTML, JSON, a shell's command line, a data: URI.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace scotoma {

/// The text with every byte that is not part of valid UTF-8 replaced by U+FFFD. Models return such bytes; JSON and HTML
/// must not hold them.
std::string valid_utf8(std::string_view text);

/// Text for an HTML element or a quoted attribute: valid UTF-8, no control characters but tab and newline, and
/// & < > " ' as references.
std::string escape_html(std::string_view text);

/// One argument of a POSIX shell: as it is where no character is special, in double quotes where that is enough, in
/// single quotes otherwise.
std::string quote_for_shell(std::string_view argument);

/// RFC 4648 with padding, on one line.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace scotoma
