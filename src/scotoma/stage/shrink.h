// SPDX-License-Identifier: Apache-2.0
// Stage 8: the fewest words that keep the failure rate.
#pragma once

#include "scotoma/stage/context.h"
#include "scotoma/stage/meaning.h"
#include "scotoma/stage/shrink_verdict.h"

namespace scotoma {

/// Searches for each finalist the fewest words that keep the event (stage/shorten.h), all side by side so that no
/// thread waits; every shortened phrase is compared with the whole one (stage/shrink_verdict.h). A finalist whose own
/// event is not above its null on its first 16 images stays as it is, and one that the budget cannot pay for ends with
/// the fewest words found so far. budget.shrink images a phrase at most (fewer than kShrinkFewest: nothing is done), a
/// quarter of the images that are left in all; a phrase of a label is generated once, whoever asks for it. The seeds
/// are a stream of their own, one for each label, so that they confirm nothing.
///
/// Pieces that the user listed go or stay as they are written, unless search.shrink_lists. What is left of a
/// prepositional phrase must name the same thing: where `embed` keeps less than search.shrink_similarity of its meaning
/// (stage/meaning.h, on prompts of that phrase alone), it is refused without an image.
///
/// Where words fell away, text, prompts and id follow; `shrunk_from` is the text before, `explored` and `tried` are the
/// shortened phrase's images. `shrink_steps` holds all that was tried. Finalists of the same words become one: it
/// stays at the place of the best, and `merged` holds the others' own phrases; these keep their words and are
/// Status::merged, as is any hypothesis that exploration had dropped or left out and whose words another shrank to. An
/// id that two would have goes to the one that stays. Returns the finalists that stay, best first.
Result<std::vector<std::size_t>> shrink(StageContext& context, std::vector<Hypothesis>& hypotheses,
                                        const std::vector<std::size_t>& finalists, const TextEmbedding& embed = {});

}  // namespace scotoma
