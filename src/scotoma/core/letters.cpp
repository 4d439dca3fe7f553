// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/letters.h"

#include <algorithm>
#include <iterator>

namespace scotoma {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Beyond ASCII, blocks of Unicode 15 without letters: punctuation, symbols, arrows, drawings, emoji, private use.
constexpr Range kNoLetters[] = {
    {0x80, 0xA9},     {0xAB, 0xB4},       {0xB6, 0xB9},        {0xBB, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},
    {0x2B0, 0x2FF},   {0x37E, 0x37E},     {0x387, 0x387},      {0x60C, 0x60C},   {0x61B, 0x61B},   {0x61F, 0x61F},
    {0x6D4, 0x6D4},   {0x964, 0x965},     {0x2000, 0x2BFF},    {0x2E00, 0x2E7F}, {0x3000, 0x3004}, {0x3008, 0x3020},
    {0x3030, 0x3030}, {0xD800, 0xF8FF},   {0xFE00, 0xFE6F},    {0xFF00, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65},
    {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

/// The letters under U+00C0 to U+017F; a blank where there is none.
constexpr char kPlain[] =
    "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static_assert(sizeof kPlain == 0x180 - 0xC0 + 1);

/// Length of the sequence that begins with this byte; 0 where none can.
std::size_t length_from(unsigned char byte) {
  if (byte < 0x80) return 1;
  if (byte < 0xC2) return 0;
  if (byte < 0xE0) return 2;
  if (byte < 0xF0) return 3;
  return byte < 0xF5 ? 4 : 0;
}

/// The character at the beginning of `text` and how many bytes it takes.
std::pair<char32_t, std::size_t> first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = length_from(byte(0));
  if (length == 1) return {byte(0), 1};
  if (length == 0 || length > text.size()) return {kNoCharacter, 1};
  char32_t value = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {kNoCharacter, 1};
    value = value << 6U | (byte(i) & 0x3FU);
  }
  const bool longer_than_needed = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool none = longer_than_needed || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000);
  return none ? std::pair{kNoCharacter, std::size_t{1}} : std::pair{value, length};
}

/// Length of the UTF-8 sequence that starts with `lead`, and the least code point that needs so many bytes; 0: none.
std::pair<std::size_t, std::uint32_t> sequence(unsigned char lead) {
  if (lead < 0x80) return {1, 1};
  if (lead >= 0xC2 && lead < 0xE0) return {2, 0x80};
  if (lead >= 0xE0 && lead < 0xF0) return {3, 0x800};
  if (lead >= 0xF0 && lead < 0xF5) return {4, 0x10000};
  return {0, 0};
}

}  // namespace

std::u32string characters_of(std::string_view text) {
  std::u32string all;
  while (!text.empty()) {
    const auto [character, length] = first_of(text);
    all += character;
    text.remove_prefix(length);
  }
  return all;
}

void append(std::string& text, char32_t character) {
  const auto byte = [&](char32_t value) { text += static_cast<char>(value); };
  const auto next = [&](unsigned shift) { byte(0x80 | (character >> shift & 0x3FU)); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0 | character >> 6U), next(0);
  } else if (character < 0x10000) {
    byte(0xE0 | character >> 12U), next(6), next(0);
  } else {
    byte(0xF0 | character >> 18U), next(12), next(6), next(0);
  }
}

bool is_digit(char32_t character) { return character >= U'0' && character <= U'9'; }

bool is_letter(char32_t character) {
  if (character < 0x80) return (character >= U'a' && character <= U'z') || (character >= U'A' && character <= U'Z');
  return std::none_of(std::begin(kNoLetters), std::end(kNoLetters),
                      [&](const Range& range) { return character >= range.first && character <= range.last; });
}

char32_t small(char32_t c) {
  const auto in = [&](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (in(U'A', U'Z') || (in(0xC0, 0xDE) && c != 0xD7)) return c + 32;
  if (c == 0x130) return U'i';
  if (c == 0x178) return 0xFF;
  const bool even_is_capital = in(0x100, 0x137) || in(0x14A, 0x177);
  const bool odd_is_capital = in(0x139, 0x148) || in(0x179, 0x17E);
  if ((even_is_capital && c % 2 == 0) || (odd_is_capital && c % 2 == 1)) return c + 1;
  if (in(0x391, 0x3AB) && c != 0x3A2) return c + 32;
  if (in(0x410, 0x42F)) return c + 32;
  if (in(0x400, 0x40F)) return c + 80;
  return c;
}

std::string small_ascii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

char32_t plain(char32_t character) {
  if (character < 0xC0 || character >= 0x180) return character;
  const char letter = kPlain[character - 0xC0];
  return letter == ' ' ? character : static_cast<char32_t>(letter);
}

bool is_plain_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const auto [length, least] = sequence(lead);
    if (length == 0 || i + length > text.size()) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) return false;
      point = point << 6U | (next & 0x3FU);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    i += length;
  }
  return true;
}

}  // namespace scotoma
