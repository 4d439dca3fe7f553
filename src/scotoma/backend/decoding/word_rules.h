// SPDX-License-Identifier: Apache-2.0
// Which words a text may go on with: transformers' LogitsProcessors, in their order there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "scotoma/backend/decoding/generation_rules.h"

namespace scotoma {

/// Where a text stands.
struct TextSoFar {
  std::span<const std::int64_t> ids;  ///< with the prompt
  std::size_t prompt = 1;             ///< ids of the prompt
  std::size_t longest = 0;            ///< ids that it may have at most, with the prompt
};

/// Changes the scores of the next word, [words], logits or their logarithms of probability: what must not follow gets
/// minus infinity. Ids outside the words are passed over.
void apply_word_rules(const GenerationRules& rules, const TextSoFar& text, std::span<float> scores);

}  // namespace scotoma
