// SPDX-License-Identifier: Apache-2.0
// How large report.html may become, whatever the study.
#pragma once

#include <cstddef>

#include "scotoma/report/page_images.h"

namespace scotoma {

/// How much the page holds, most important first, so that it stays below 10 MB and opens at once however large the
/// study: 5 MB of images, and text. An image takes 10 kB of that, one that was 512 x 512 about 40 kB, as JPEG 7 kB.
struct PageLimits {
  static constexpr ImageRoom kImages = {.bytes = 5'000'000, .images = 700};
  static constexpr std::size_t kContents = 100;   ///< lines at the top
  static constexpr std::size_t kCards = 20;       ///< causes with a card
  static constexpr std::size_t kLabelCards = 10;  ///< systematic failures with a card
  static constexpr std::size_t kCardRows = 100;   ///< bugs, or exceptions, with a line on one card
  static constexpr std::size_t kOpenRows = 16;    ///< of these, not folded
  static constexpr std::size_t kInFull = 40;      ///< bugs and exceptions of which everything is inside the cards
  static constexpr std::size_t kGroups = 100;     ///< groups of failures of each kind
  static constexpr std::size_t kMoreRows = 2000;  ///< confirmed hypotheses that have a row instead of a line on a card
  static constexpr std::size_t kRows = 1000;      ///< of each other table
  static constexpr std::size_t kCells = 6000;     ///< of a certificate's table
  static constexpr std::size_t kVerdicts = 40;    ///< cells of a certificate that are shown with their images, of each
};

}  // namespace scotoma
