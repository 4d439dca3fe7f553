// SPDX-License-Identifier: Apache-2.0
// A person's answers as a table that any spreadsheet opens: image,label,file,answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// One line: an image, the label it is asked about, and the answer if there is one.
struct ReviewRow {
  std::string image;  ///< image_id
  std::string label;
  std::string file;  ///< for people; where `image` is empty, its stem is the image_id
  std::optional<bool> answer = {};
  int line = 0;  ///< of the file it was read from, from 1
};

inline constexpr const char* kReviewColumns = "image,label,file,answer";

/// RFC 4180 with a header, "yes", "no" or nothing in the last column. A text that a spreadsheet would take for a
/// formula
/// ("=1+1") has an apostrophe in front, which reading takes away again.
std::string review_csv(const std::vector<ReviewRow>& rows);

/// A line of that table up to its answer, without an end of line.
std::string unanswered(const ReviewRow& row);

/// Reads what review_csv writes, after a person or a spreadsheet had it: columns in any order, others beside them, a
/// byte order mark, either end of line, "yes", "no", "y", "n", in any case. Every row has its image and label; `answer`
/// is nothing where the cell is empty. `name` stands in front of messages. Errors: bad_input with the line: no header,
/// a column that lacks or is there twice, too many or too few cells, an open quote, another answer, a row without a
/// image or label, one question answered with yes and with no.
Result<std::vector<ReviewRow>> read_review_csv(const std::string& text, const std::string& name);

}  // namespace scotoma
