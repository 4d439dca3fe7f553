// SPDX-License-Identifier: Apache-2.0
// The search for the text that a decoder finds likeliest: greedy, or with beams. Agrees with transformers' generate()
// without sampling, token for token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scotoma/backend/decoding/decoding_step.h"
#include "scotoma/backend/decoding/generation_rules.h"
#include "scotoma/core/result.h"

namespace scotoma {

struct Search {
  std::size_t images = 1;    ///< texts that are wanted; the step has images x rules.beams rows, an image's side by side
  TokenIds prompt;           ///< what the step begins with, as far as it is ids: the rules on words count these
  std::size_t most_new = 1;  ///< ids after the prompt, at most
};

/// The ids of each image's text, without the prompt and without the id that ends it. Each ends by itself, so a text
/// does not depend on its neighbours. Beams and early stopping are those of transformers 5 (generation/utils.py,
/// _beam_search): of all continuations the (1 + ends) x beams likeliest are kept, those that end are whole texts with
/// the score log p / (ids after the prompt)^length_penalty if they are among the first `beams`, the rest goes on.
/// Errors: those of the step; failed where logits are NaN, or none is finite.
Result<std::vector<TokenIds>> search_texts(DecodingStep& step, const GenerationRules& rules, const Search& search);

}  // namespace scotoma
