// SPDX-License-Identifier: Apache-2.0
// Letters of Unicode, as far as captions and labels need them: what is a letter, its small form, and the plain letter
// under its accent. The scripts of Europe in full; in all others every character that is no punctuation or symbol
// counts as a letter without a case.
#pragma once

#include <string>
#include <string_view>

namespace scotoma {

/// U+FFFD, which also stands for bytes that are not UTF-8.
inline constexpr char32_t kNoCharacter = 0xFFFD;

/// The characters of UTF-8 text; each byte that belongs to none is kNoCharacter.
std::u32string characters_of(std::string_view text);

/// Appends a character as UTF-8.
void append(std::string& text, char32_t character);

bool is_digit(char32_t character);   ///< 0 to 9
bool is_letter(char32_t character);  ///< accents that combine with the letter before them too

/// Small letters for capitals: of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic.
char32_t small(char32_t character);

/// Small letters for the capitals of ASCII; all other bytes stay.
std::string small_ascii(std::string text);

/// "e" for "é", "O" for "Ø": of Latin-1 and Latin Extended-A; "ae" and "oe" give their first letter. Others stay.
char32_t plain(char32_t character);

/// True for well-formed UTF-8 without NUL (RFC 3629).
bool is_plain_utf8(std::string_view text);

}  // namespace scotoma
