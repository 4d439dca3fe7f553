// SPDX-License-Identifier: Apache-2.0
// The decoder of an encoder-decoder folder, openvino_decoder_model.xml, as a step of the search (backend/decoding). Two
// layouts: one that is given all ids each time, and one that keeps keys and values as its state.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scotoma/backend/decoding/decoding_step.h"
#include "scotoma/backend/decoding/generation_rules.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/core/result.h"

namespace scotoma {

class TextDecoder {
 public:
  /// Reads and compiles the decoder of `folder` for rows of `images` x rules.beams texts. `states`: the shape of what
  /// the encoder gives, [n, positions, width]. Errors: bad_input naming the file, where it needs other inputs, or where
  /// an id of the rules is no word of it.
  static Result<std::unique_ptr<TextDecoder>> load(Engine& engine, const std::filesystem::path& folder,
                                                   const GenerationRules& rules, std::size_t images,
                                                   const ov::Shape& states);

  /// A step for the images of these states, [positions x width] each, not more than `images`; rows beyond them repeat
  /// the last. Lives no longer than the decoder. Errors: failed, when the engine cannot begin.
  Result<std::unique_ptr<DecodingStep>> start(std::span<const std::vector<float>> states);

  /// Whether the ids that begin, end and fill up a text are among so many words. Errors: bad_input.
  Result<void> check_special_ids(std::size_t words) const;

  bool keeps_state() const { return keeps_state_; }
  std::string precision() const { return network_->precision(); }
  const std::string& subject() const { return network_->subject(); }
  double seconds() const { return network_->seconds(); }

 private:
  TextDecoder() = default;
  Result<void> open(Engine& engine, const ov::Shape& states);
  Result<void> check_ports(const ov::Model& model);

  std::filesystem::path folder_;
  std::filesystem::path file_;
  const GenerationRules* rules_ = nullptr;
  std::size_t rows_ = 1;
  bool keeps_state_ = false;
  std::shared_ptr<Network> network_;
};

}  // namespace scotoma
