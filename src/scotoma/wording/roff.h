// SPDX-License-Identifier: Apache-2.0
// Pages for man(1), in the macros of man(7) that groff and mandoc share.
#pragma once

#include <string>
#include <string_view>

namespace scotoma {

/// Plain text as roff: what roff would obey or replace (backslash, hyphen, quotes, caret, tilde) is escaped, and what
/// stands between two backticks is bold. It holds no blank that `text` does not. Where a line of it may begin with a
/// full stop, ManPage protects that line.
std::string roff(std::string_view text);

/// The same in bold or in italics: backticks stay what they are.
std::string roff_bold(std::string_view text);
std::string roff_italic(std::string_view text);

/// One page, written from top to bottom. Texts are plain unless the parameter is called `marked`: then they are made by
/// roff(), roff_bold() and roff_italic() and may be joined with blanks.
class ManPage {
 public:
  /// `name` as in man NAME; `section` 1 for programs, 5 for files. `source` is program and version.
  ManPage(std::string_view name, int section, std::string_view source);

  void section(std::string_view title);
  void subsection(std::string_view title);
  void paragraph(std::string_view text) { marked_paragraph(roff(text)); }
  void marked_paragraph(std::string_view marked);
  /// A name, and what it is, indented below it.
  void item(std::string_view marked, std::string_view text);
  /// Lines that stay as they are.
  void example(std::string_view lines);

  const std::string& text() const { return text_; }

 private:
  void fill(std::string_view marked);

  std::string text_;
  bool after_heading_ = false;  ///< where a paragraph begins by itself
};

}  // namespace scotoma
