// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/roff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace scotoma {
namespace {

constexpr std::size_t kRoffWidth = 78;  ///< of a line in the source, unless one word is longer

/// In groff a bare hyphen may be printed as one that cannot be copied, and quotes as typographic ones.
std::string escaped(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '"':
      return "\\(dq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    default:
      return {c};
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += escaped(c);
  return out;
}

/// A request begins with a full stop (or an apostrophe, which escaped() leaves none of).
std::string protected_line(std::string_view marked) {
  return fmt::format("{}{}\n", marked.starts_with('.') ? "\\&" : "", marked);
}

bool ends_sentence(std::string_view marked) { return marked.ends_with('.') || marked.ends_with('?'); }

}  // namespace

std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('`', at);
    const std::size_t close = open == std::string_view::npos ? open : text.find('`', open + 1);
    out += escaped(text.substr(at, close == std::string_view::npos ? close : open - at));
    if (close == std::string_view::npos) break;
    out += roff_bold(text.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  return out;
}

std::string roff_bold(std::string_view text) { return fmt::format("\\fB{}\\fR", escaped(text)); }

std::string roff_italic(std::string_view text) { return fmt::format("\\fI{}\\fR", escaped(text)); }

ManPage::ManPage(std::string_view name, int section, std::string_view source) {
  std::string title(name);
  std::transform(title.begin(), title.end(), title.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  // Without a date: the same program gives the same page.
  text_ = fmt::format(".TH {} {} \"\" \"{}\"\n", escaped(title), section, escaped(source));
}

void ManPage::section(std::string_view title) {
  text_ += fmt::format(".SH {}\n", escaped(title));
  after_heading_ = true;
}

void ManPage::subsection(std::string_view title) {
  text_ += fmt::format(".SS {}\n", escaped(title));
  after_heading_ = true;
}

void ManPage::marked_paragraph(std::string_view marked) {
  if (!after_heading_) text_ += ".PP\n";
  fill(marked);
}

void ManPage::item(std::string_view marked, std::string_view text) {
  text_ += ".TP\n" + protected_line(marked);
  fill(roff(text));
}

void ManPage::example(std::string_view lines) {
  text_ += after_heading_ ? ".nf\n.RS 4\n" : ".PP\n.nf\n.RS 4\n";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    text_ += protected_line(escaped(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  text_ += ".RE\n.fi\n";
  after_heading_ = false;
}

/// Breaks lines at blanks, and behind each sentence, where roff leaves the room that it likes.
void ManPage::fill(std::string_view marked) {
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) text_ += protected_line(line);
    line.clear();
  };
  for (std::size_t at = 0; at < marked.size();) {
    const std::size_t end = std::min(marked.find_first_of(" \n", at), marked.size());
    const std::string_view word = marked.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (line.size() + 1 + word.size() > kRoffWidth) end_line();
    line += (line.empty() ? "" : " ") + std::string(word);
    if (ends_sentence(word)) end_line();
  }
  end_line();
  after_heading_ = false;
}

}  // namespace scotoma
