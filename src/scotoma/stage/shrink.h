// SPDX-License-Identifier: Apache-2.0
// Stage 8: the fewest words that keep the failure rate.
#pragma once

#include <span>

#include "scotoma/stage/context.h"

namespace scotoma {

/// What a shortened phrase is held to.
struct ShrinkRule {
  Direction direction = Direction::fails;
  double null_rate = 1;    ///< the hypothesis' p*: at or below it there is no bug to keep
  double max_invalid = 1;  ///< evidence.max_invalid
  int most = 16;           ///< images of a phrase: budget.shrink
};

enum class ShrinkVerdict { open, sufficient, insufficient };

/// Whether the shortened phrase keeps the event, from images of both on the same seeds, in the order of their seeds.
/// Tests after every 8 and after `most`. At a test the shortened phrase is insufficient if among the pairs that are
/// both valid the event happens more often with the whole phrase only: exact McNemar, one-sided, p <= 0.05. After
/// `most` it is sufficient if it has at least two thirds of the whole phrase's events among these pairs, if its own
/// rate is above null_rate, and if the images do not get worse: at least two thirds as many as of the whole phrase are
/// valid, and they are not surely too often invalid. Open: more of them are needed.
///
/// Errors with the default of 16 images, all of them valid, worst case (outcomes of one seed independent; exact
/// enumeration, in the test): with a whole phrase at 90 %, a shorter one of equal rate is refused with a probability of
/// at most 0.5 %, and one of a third of the rate does with at most 1.5 %; at 70 %, 6 % and 5 %; at 50 %, 16 % and 11 %.
/// A refusal costs a word too many, and nothing else; either way confirmation is on fresh images.
ShrinkVerdict shrink_verdict(std::span<const Sample> whole, std::span<const Sample> shorter, const ShrinkRule& rule);

/// Searches for each finalist the fewest words that keep the event (stage/shorten.h), all side by side so that no
/// thread waits; every shortened phrase is compared with the whole one. A finalist whose own event is not above its
/// null on these seeds stays as it is, and one that the budget cannot pay for ends with the fewest words found so far.
/// budget.shrink images a phrase at most (0: nothing is done), a quarter of the images that are left in all; a phrase
/// of a label is generated once, whoever asks for it. The seeds are a stream of their own, one for each label, so that
/// they confirm nothing.
///
/// Where words fell away, text, prompts and id follow; `shrunk_from` is the text before, `explored` and `tried` are the
/// shortened phrase's images. `shrink_steps` holds all that was tried. Finalists of the same words become one: it
/// stays at the place of the best, and `merged` holds the others' own phrases; these keep their words and are
/// Status::merged, as is any hypothesis that exploration had dropped or left out and whose words another shrank to. An
/// id that two would have goes to the one that stays. Returns the finalists that stay, best first.
Result<std::vector<std::size_t>> shrink(StageContext& context, std::vector<Hypothesis>& hypotheses,
                                        const std::vector<std::size_t>& finalists);

}  // namespace scotoma
