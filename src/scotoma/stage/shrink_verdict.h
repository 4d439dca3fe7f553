// SPDX-License-Identifier: Apache-2.0
// Whether a shortened phrase fails as often as the whole one: shown, or not.
#pragma once

#include <span>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Images of a phrase between two tests.
inline constexpr int kShrinkStep = 8;

/// Images of a phrase before it may be sufficient, where as many are allowed.
inline constexpr int kShrinkLeast = 16;

/// Fewer pairs never show that a shortened phrase does as well: with 8 of 8 events each the limit is above the margin.
inline constexpr int kShrinkFewest = 9;

/// What a shortened phrase is held to.
struct ShrinkRule {
  Direction direction = Direction::fails;
  double null_rate = 1;    ///< the hypothesis' p*: at or below it there is no bug to keep
  double max_invalid = 1;  ///< evidence.max_invalid
  int most = 32;           ///< images of a phrase: budget.shrink
};

enum class ShrinkVerdict { open, sufficient, insufficient };

/// One test of images of both phrases on the same seeds, in any one order; `may_suffice`: it is no early one. The
/// shortened phrase is
///
///   - insufficient if among the pairs that are both valid the event happens more often with the whole phrase only:
///     exact McNemar, one-sided, p <= 0.05;
///   - sufficient, if it may be and is shown to do as well: the one-sided 95 % limit of the whole phrase's rate less
///   its own (newcombe_paired, of pairs that are both valid) is at most 25
///     points; the valid shares of the two differ by less than 25 points, both one-sided 95 % limits (two one-sided
///     tests: equivalence); its own rate is above null_rate; and its images are not surely too often invalid.
///
/// else open. Requires as many images of both.
ShrinkVerdict shrink_test(std::span<const Sample> whole, std::span<const Sample> shorter, const ShrinkRule& rule,
                          bool may_suffice);

/// Whether the shortened phrase keeps the event, from images of both in the order of their seeds: the first of the
/// tests after every 8 images and after `most` that is not open. It may suffice from 16 images on, or after `most`,
/// where that is less. After `most` it is insufficient unless it is sufficient: that no difference was found shows
/// nothing. Open: more of them are needed.
///
/// Errors with the default of 32 images, all of them valid, worst case (outcomes of one seed independent; exact
/// enumeration of the four tests, in the test): with a whole phrase at 90 %, a shorter one of equal rate is refused
/// with a probability of at most 6 %, one at 65 % does with at most 11 %, and one of a third of the rate with at most
/// 0.1 %; at 70 %, 22 %, 11 % (at 45 %) and 0.3 %; at 50 %, 28 %, 11 % (at 25 %) and 3 %. A refusal costs a word too
/// many, and nothing else; either way confirmation is on fresh images.
ShrinkVerdict shrink_verdict(std::span<const Sample> whole, std::span<const Sample> shorter, const ShrinkRule& rule);

}  // namespace scotoma
