// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/first_sentence.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace scotoma {
namespace {

constexpr std::array<std::string_view, 14> kAbbreviations = {"mr", "mrs", "ms",  "dr",  "st",  "jr",     "sr",
                                                             "vs", "no",  "etc", "e.g", "i.e", "approx", "fig"};

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Whether a stop after this word belongs to the word.
bool is_abbreviation(std::string_view word) {
  while (!word.empty() && std::ispunct(static_cast<unsigned char>(word.front())) != 0) word.remove_prefix(1);
  if (word.size() == 1) return std::isalpha(static_cast<unsigned char>(word.front())) != 0;
  std::string small;
  for (const char c : word) small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), small) != kAbbreviations.end();
}

/// What follows the marks and closing quotes that begin at `at`.
std::size_t after_marks(std::string_view text, std::size_t at) {
  while (at < text.size() && std::string_view(".!?\"')").find(text[at]) != std::string_view::npos) ++at;
  return at;
}

bool ends_sentence(std::string_view text, std::size_t stop, std::size_t after) {
  if (after < text.size() && !is_blank(text[after])) return false;
  if (text[stop] != '.') return true;
  std::size_t next = after;
  while (next < text.size() && is_blank(text[next])) ++next;
  if (next < text.size() && std::islower(static_cast<unsigned char>(text[next])) != 0) return false;
  std::size_t begin = stop;
  while (begin > 0 && !is_blank(text[begin - 1])) --begin;
  return next == text.size() || !is_abbreviation(text.substr(begin, stop - begin));
}

}  // namespace

std::string first_sentence(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  text = text.substr(0, text.find('\n'));
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '.' && text[at] != '!' && text[at] != '?') continue;
    const std::size_t after = after_marks(text, at);
    if (ends_sentence(text, at, after)) return std::string(text.substr(0, after));
    at = after - 1;
  }
  return std::string(text);
}

}  // namespace scotoma
