// SPDX-License-Identifier: Apache-2.0
// The page on which a person says yes or no: one file, images inside, works offline.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scotoma {

struct ReviewImage {
  std::string image;  ///< image_id
  std::string label;
  std::string file;               ///< as in the table that the page saves
  std::vector<std::uint8_t> png;  ///< the whole file
  std::string named;              ///< "a fly", "scissors": the label as the question names it
};

/// One question after the other, answered by y and n, the arrows go back and on; the answers are saved by download as
/// the table that `scotoma review --import` reads (record/review_csv.h; labels and files printable()), and kept in the
/// browser until then. Nothing says what judge or classifier answered, nor which prompt generated the image: that would
/// lead the answer. `study` is a title in plain text.
std::string review_page(const std::string& study, const std::vector<ReviewImage>& images);

}  // namespace scotoma
