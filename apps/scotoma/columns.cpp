// SPDX-License-Identifier: Apache-2.0
#include "columns.h"

#include <algorithm>

#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Where the character that begins at `at` ends; one that printable() spelled counts as one.
std::size_t end_of(const std::string& text, std::size_t at) {
  if (text.compare(at, 3, "<U+") == 0) {
    const std::size_t close = text.find('>', at);
    if (close != std::string::npos && close - at <= 9) return close + 1;
  }
  for (++at; at < text.size() && continues(text[at]);) ++at;
  return at;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

}  // namespace

std::size_t columns_of(const std::string& text) { return characters(printable(text)); }

std::string padded(const std::string& text, std::size_t width) {
  std::string out = printable(text);
  out.append(width - std::min(width, characters(out)), ' ');
  return out;
}

std::string shortened(const std::string& text, std::size_t width) {
  std::string out = printable(text);
  if (characters(out) <= width) return out;
  std::size_t kept = 0;
  std::size_t columns = 2;  // of the dots
  while (kept < out.size()) {
    const std::size_t end = end_of(out, kept);
    columns += characters(out.substr(kept, end - kept));
    if (columns > width) break;
    kept = end;
  }
  return out.substr(0, kept) + "..";
}

}  // namespace scotoma
