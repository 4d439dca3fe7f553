// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

/// Where a text would begin a list or a line across, the offset of the sign that makes it so; npos where it does not.
std::size_t sign_of_list(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) return 0;
  const std::size_t digits = text.find_first_not_of("0123456789");
  const bool numbered = digits != std::string_view::npos && digits > 0 && (text[digits] == '.' || text[digits] == ')');
  return numbered && (digits + 1 == text.size() || text[digits + 1] == ' ') ? digits : std::string_view::npos;
}

}  // namespace

std::string escape_markdown(std::string_view text) {
  const std::string plain = printable(text);
  const std::size_t sign = sign_of_list(plain);
  std::string safe;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i == sign || std::string_view("\\`*_[]<>|&#~$").find(plain[i]) != std::string_view::npos) safe += '\\';
    safe += plain[i];
  }
  return safe;
}

std::string code_in_cell(std::string_view text) {
  if (text.empty()) return {};
  const std::string plain = printable(text);
  std::string inside;
  std::size_t run = 0;
  std::size_t longest = 0;
  for (const char c : plain) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    inside += c == '|' ? std::string("\\|") : std::string(1, c);
  }
  const std::string fence(longest + 1, '`');
  // A blank on each side is taken back; where the text is all blanks it would not be, and needs none.
  const bool room = plain.front() == '`' || plain.back() == '`' || (plain.front() == ' ' && plain.back() == ' ');
  return room ? fence + " " + inside + " " + fence : fence + inside + fence;
}

std::string model_table(const Findings& findings) {
  std::string table = "| role | model | fingerprint |\n|---|---|---|\n";
  for (const auto& [role, fingerprint] : findings.fingerprints) {
    const auto description = findings.descriptions.find(role);
    table += fmt::format("| {} | {} | {} |\n", escape_markdown(role),
                         description == findings.descriptions.end() ? "" : escape_markdown(description->second),
                         escape_markdown(fingerprint));
  }
  return table;
}

}  // namespace scotoma
