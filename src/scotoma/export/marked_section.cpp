// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/marked_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace scotoma {
namespace {

/// A line without its end and without blanks around it.
std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

/// How many of the fence's characters a line begins with; 0 below three, and of backticks that are closed on the same
/// line.
std::size_t fence_length(std::string_view line, char character) {
  const std::size_t length = std::min(line.find_first_not_of(character), line.size());
  const bool closed = character == '`' && line.find('`', length) != std::string_view::npos;
  return length >= 3 && !closed ? length : 0;
}

struct Places {
  std::vector<std::size_t> begins;  ///< offsets of the lines that are the begin marker
  std::vector<std::size_t> ends;    ///< offsets behind the lines that are the end marker
  bool in_code = false;             ///< a block of code is open at the end
};

Places find_markers(std::string_view document, std::string_view name) {
  Places places;
  const std::string begin = begin_marker(name);
  const std::string end = end_marker(name);
  char fence = 0;  // inside a block of code: its character
  std::size_t fence_size = 0;
  for (std::size_t at = 0; at < document.size();) {
    const std::size_t newline = document.find('\n', at);
    const std::size_t next = newline == std::string_view::npos ? document.size() : newline + 1;
    const std::string_view line = trimmed(document.substr(at, next - at));
    if (fence != 0) {
      const std::size_t length = fence_length(line, fence);
      if (length >= fence_size && length == line.size()) fence = 0;
    } else if (const std::size_t ticks = std::max(fence_length(line, '`'), fence_length(line, '~')); ticks > 0) {
      fence = line.front();
      fence_size = ticks;
    } else if (line == begin) {
      places.begins.push_back(at);
    } else if (line == end) {
      places.ends.push_back(next);
    }
    at = next;
  }
  places.in_code = fence != 0;
  return places;
}

std::string with_ends(std::string_view text, bool crlf) {
  std::string out;
  for (const char c : text) out += c == '\n' && crlf ? std::string("\r\n") : std::string(1, c);
  return out;
}

std::string_view times(std::size_t count) {
  if (count == 0) return "not at all";
  return count == 1 ? "once" : "more than once";
}

}  // namespace

std::string begin_marker(std::string_view name) {
  return fmt::format("<!-- scotoma card: {}, begin; what stands before its end is written by a program -->", name);
}

std::string end_marker(std::string_view name) { return fmt::format("<!-- scotoma card: {}, end -->", name); }

Result<std::string> with_section(std::string_view document, std::string_view name, std::string_view section) {
  const Places places = find_markers(document, name);
  if (places.begins.size() > 1 || places.ends.size() > 1 || places.begins.size() != places.ends.size()) {
    return bad_input(fmt::format("the marker '{}' is there {} and '{}' {}; leave one of each, or neither",
                                 begin_marker(name), times(places.begins.size()), end_marker(name),
                                 times(places.ends.size())));
  }
  if (!places.begins.empty() && places.ends.front() <= places.begins.front()) {
    return bad_input(fmt::format("the marker '{}' stands above '{}'; put them in order, or remove both",
                                 end_marker(name), begin_marker(name)));
  }
  const bool crlf = document.substr(0, document.find('\n')).ends_with('\r');
  const std::string marked =
      with_ends(fmt::format("{}\n{}\n{}\n", begin_marker(name), section, end_marker(name)), crlf);
  if (!places.begins.empty()) {
    return std::string(document.substr(0, places.begins.front())) + marked +
           std::string(document.substr(places.ends.front()));
  }
  if (places.in_code) {
    return bad_input(
        "a block of code is open at its end, in which the section would be code; close it, or put the two markers "
        "where the section belongs");
  }
  const bool open_line = !document.empty() && document.back() != '\n';
  const std::string blank = with_ends(open_line ? "\n\n" : document.empty() ? "" : "\n", crlf);
  return std::string(document) + blank + marked;
}

}  // namespace scotoma
