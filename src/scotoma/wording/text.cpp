// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace scotoma {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Length of the well-formed sequence at the front of `text`, 0 if there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : '\0'); };
  const unsigned char first = at(0);
  const unsigned char second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_continuation(second) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return is_continuation(second) && is_continuation(at(2)) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return is_continuation(second) && is_continuation(at(2)) && is_continuation(at(3)) && !outside ? 4 : 0;
  }
  return 0;
}

struct PointRange {
  char32_t first;
  char32_t last;
};

/// What has no shape of its own, or moves what stands around it.
constexpr std::array kUnseen = std::to_array<PointRange>({
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x061C, 0x061C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
});

/// What joins, parts or varies the sign before it, as scripts and images of several signs need it.
constexpr std::array kShaping = std::to_array<PointRange>({
    {0x17B4, 0x17B5},
    {0x180B, 0x180D},
    {0x200C, 0x200D},
    {0xFE00, 0xFE0F},
});

template <std::size_t n>
bool is_among(const std::array<PointRange, n>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const PointRange& range) { return range.first <= point && point <= range.last; });
}

/// One code point of a text, or one byte that belongs to none.
struct Piece {
  std::string_view bytes;
  char32_t point = 0;
  bool valid = false;
  bool hidden = false;  ///< a person would not see it, or see something else
};

char32_t decoded(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  char32_t point = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) point = point << 6U | (byte(i) & 0x3FU);
  return point;
}

template <typename Take>
void each_piece(std::string_view text, Take&& take) {
  bool shapes = false;  // the piece before can have a joiner behind it
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    Piece piece{text.substr(0, std::max<std::size_t>(length, 1))};
    piece.valid = length > 0;
    if (piece.valid) {
      piece.point = decoded(piece.bytes);
      const bool unseen = is_among(kUnseen, piece.point) || (piece.point & 0xFFFEU) == 0xFFFEU;
      piece.hidden = unseen && !(shapes && is_among(kShaping, piece.point));
    }
    shapes = piece.valid && !piece.hidden && piece.point >= 0x80;
    take(piece);
    text.remove_prefix(piece.bytes.size());
  }
}

std::string spelled(const Piece& piece) {
  if (piece.bytes == "\n") return "\\n";
  if (piece.bytes == "\t") return "\\t";
  if (piece.bytes == "\r") return "\\r";
  if (piece.bytes.size() == 1) return fmt::format("\\x{:02x}", static_cast<unsigned char>(piece.bytes[0]));
  return fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(piece.point));
}

/// `kept`: bytes that stay though they are control characters.
std::string spelled_out(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  each_piece(text, [&](const Piece& piece) {
    const bool stays = piece.valid && (!piece.hidden || kept.find(piece.bytes) != std::string_view::npos);
    out += stays ? std::string(piece.bytes) : spelled(piece);
  });
  return out;
}

bool is_harmless_in_shell(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_./,:=@%+").find(c) != std::string_view::npos;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    valid += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

std::string printable(std::string_view text) { return spelled_out(text, ""); }

std::string printable_lines(std::string_view text) { return spelled_out(text, "\n\t"); }

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  each_piece(json, [&](const Piece& piece) {
    if (!piece.hidden || piece.bytes == "\n") {
      out += piece.bytes;
    } else if (piece.point < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(piece.point));
    } else {  // a pair of surrogates
      const auto rest = static_cast<std::uint32_t>(piece.point - 0x10000);
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (rest >> 10U), 0xDC00U + (rest & 0x3FFU));
    }
  });
  return out;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : printable_lines(text)) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (c == '\'') {
      escaped += "&#39;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string quote_for_shell(std::string_view argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), is_harmless_in_shell)) {
    return std::string(argument);
  }
  if (argument.find_first_of("\"$`\\!") == std::string_view::npos) return '"' + std::string(argument) + '"';
  std::string quoted = "'";
  for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8U | (j < left ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) text += j <= left ? kDigits[bits >> (18 - 6 * j) & 63U] : '=';
  }
  return text;
}

}  // namespace scotoma
