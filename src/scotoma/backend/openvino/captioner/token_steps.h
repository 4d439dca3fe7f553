// SPDX-License-Identifier: Apache-2.0
// The two ways to ask a compiled decoder for the next word.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "scotoma/backend/decoding/decoding_step.h"
#include "scotoma/backend/openvino/engine.h"

namespace scotoma {

/// A step of a decoder that has the input input_ids [rows, ids] and the output logits [rows, ids, words], `rows` of
/// them. What does not change from step to step (the encoder's states) is in the call already. The masks attention_mask
/// and encoder_attention_mask are filled with ones where the decoder has them.
struct DecoderCall {
  const Network* network = nullptr;
  Network::Call call;
  std::size_t rows = 1;
  TokenIds prompt;  ///< the same for all rows
};

/// Gives all ids every time.
std::unique_ptr<DecodingStep> step_without_state(DecoderCall call);

/// Gives the new ids alone: the decoder keeps keys and values as its state, gathered by the input beam_idx [rows]. It
/// may have position_ids [rows, ids]; attention_mask is then as long as all ids.
std::unique_ptr<DecodingStep> step_with_state(DecoderCall call);

}  // namespace scotoma
