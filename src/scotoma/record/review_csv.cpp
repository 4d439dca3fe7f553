// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/review_csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

namespace scotoma {
namespace {

struct Record {
  int line = 0;
  std::vector<std::string> cells;
};

/// Whether a spreadsheet would compute the cell instead of showing it, apostrophes in front left aside: by what it
/// begins with, in ASCII or full width (OWASP, "CSV Injection").
bool is_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  constexpr std::array<std::string_view, 11> kBegins = {"=",  "+",      "-",      "@",      "\t",    "\r",
                                                        "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(kBegins.begin(), kBegins.end(), [&](std::string_view begin) { return text.starts_with(begin); });
}

/// An apostrophe more makes a text of it; unguarded() takes it away, so that any text comes back.
std::string guarded(const std::string& text) { return is_formula(text) ? '\'' + text : text; }
std::string unguarded(const std::string& text) {
  return text.starts_with('\'') && is_formula(text) ? text.substr(1) : text;
}

std::string quoted(const std::string& plain) {
  std::string text = guarded(plain);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

/// Splits a text into records, as RFC 4180 does, and counts lines.
class Splitter {
 public:
  explicit Splitter(const std::string& text) : text_(text), at_(text.starts_with("\xEF\xBB\xBF") ? 3 : 0) {}

  bool more() const { return at_ < text_.size(); }
  int line() const { return line_; }

  /// The next record; nothing where a quote stays open.
  std::optional<Record> next() {
    Record record{line_, {}};
    for (;;) {
      std::optional<std::string> text = text_[at_] == '"' ? quoted_cell() : plain_cell();
      if (!text) return std::nullopt;
      record.cells.push_back(*std::move(text));
      if (at_ >= text_.size()) return record;
      if (text_[at_] == ',') {
        ++at_;
        if (at_ >= text_.size()) {
          record.cells.emplace_back();
          return record;
        }
        continue;
      }
      end_line();
      return record;
    }
  }

 private:
  std::string plain_cell() {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string text = text_.substr(at_, end - at_);
    at_ = end;
    return text;
  }

  std::optional<std::string> quoted_cell() {
    std::string text;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        text += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        text += text_[++at_];
      } else {
        ++at_;
        return text + plain_cell();  // what a careless hand left behind the quote
      }
    }
    return std::nullopt;
  }

  void end_line() {
    at_ += text_.compare(at_, 2, "\r\n") == 0 ? 2 : 1;
    ++line_;
  }

  const std::string& text_;
  std::size_t at_;
  int line_ = 1;
};

std::string trimmed_lower(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) == 0) out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

bool blank(const Record& record) {
  return std::all_of(record.cells.begin(), record.cells.end(),
                     [](const auto& cell) { return trimmed_lower(cell).empty(); });
}

Error wrong(const std::string& name, int line, const std::string& what) {
  return bad_input(fmt::format("{}:{}: {}", name, line, what));
}

/// Column name -> its place.
Result<std::map<std::string, std::size_t>> columns_of(const Record& header, const std::string& name) {
  std::map<std::string, std::size_t> columns;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string column = trimmed_lower(header.cells[i]);
    if (!column.empty() && !columns.emplace(column, i).second)
      return wrong(name, header.line, fmt::format("column '{}' is there twice", column));
  }
  const bool named = columns.contains("image") || columns.contains("file");
  if (named && columns.contains("label") && columns.contains("answer")) return columns;
  return wrong(name, header.line,
               fmt::format("the first line must name the columns image (or file), label and answer; it reads: {}",
                           fmt::join(header.cells, ",")));
}

/// The row of a record that has as many cells as the header.
Result<ReviewRow> row_of(const Record& record, const std::map<std::string, std::size_t>& columns,
                         const std::string& name) {
  const auto cell = [&](const char* column) {
    const auto found = columns.find(column);
    return found == columns.end() ? std::string() : unguarded(record.cells[found->second]);
  };
  ReviewRow row{cell("image"), cell("label"), cell("file"), {}, record.line};
  if (row.image.empty()) row.image = std::filesystem::path(row.file).stem().string();
  if (row.image.empty()) return wrong(name, row.line, "no image: give its image or its file");
  if (row.label.empty()) return wrong(name, row.line, "no label");
  const std::string answer = trimmed_lower(cell("answer"));
  if (answer == "yes" || answer == "y") row.answer = true;
  if (answer == "no" || answer == "n") row.answer = false;
  if (answer.empty() || row.answer) return row;
  return wrong(name, row.line, fmt::format("'{}' is no answer; write yes or no, or leave it empty", cell("answer")));
}

}  // namespace

std::string unanswered(const ReviewRow& row) {
  return fmt::format("{},{},{},", quoted(row.image), quoted(row.label), quoted(row.file));
}

std::string review_csv(const std::vector<ReviewRow>& rows) {
  std::string text = fmt::format("{}\r\n", kReviewColumns);
  for (const ReviewRow& row : rows) {
    text += unanswered(row);
    if (row.answer) text += *row.answer ? "yes" : "no";
    text += "\r\n";
  }
  return text;
}

Result<std::vector<ReviewRow>> read_review_csv(const std::string& text, const std::string& name) {
  Splitter splitter(text);
  std::optional<std::map<std::string, std::size_t>> columns;
  std::size_t width = 0;
  std::vector<ReviewRow> rows;
  std::map<std::pair<std::string, std::string>, const ReviewRow> answered;
  while (splitter.more()) {
    const int line = splitter.line();
    const std::optional<Record> record = splitter.next();
    if (!record) return wrong(name, line, "a quotation mark is opened and never closed");
    if (blank(*record)) continue;
    if (!columns) {
      SCOTOMA_ASSIGN_OR_RETURN(columns, columns_of(*record, name));
      width = record->cells.size();
      continue;
    }
    if (record->cells.size() != width) {
      return wrong(name, record->line, fmt::format("{} cells; the first line has {}", record->cells.size(), width));
    }
    SCOTOMA_ASSIGN_OR_RETURN(ReviewRow row, row_of(*record, *columns, name));
    if (row.answer) {
      const auto [earlier, is_new] = answered.emplace(std::pair(row.image, row.label), row);
      if (!is_new && earlier->second.answer != row.answer) {
        return wrong(name, row.line,
                     fmt::format("the same question is answered otherwise in line {}", earlier->second.line));
      }
    }
    rows.push_back(std::move(row));
  }
  if (!columns) return wrong(name, 1, "empty; --csv writes a table to fill in");
  return rows;
}

}  // namespace scotoma
