// SPDX-License-Identifier: Apache-2.0
// A text encoder of a text-to-image folder with its tokenizer: what a prompt becomes before a family makes inputs of
// the denoiser of it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// Which of a text encoder's states a family reads.
enum class TextState {
  last,         ///< after the final normalisation: "last_hidden_state"
  penultimate,  ///< of the layer before the last: "hidden_states.i"
};

/// What becomes of a text that is longer than the encoder reads.
enum class TextFit {
  whole,  ///< it is refused
  cut,    ///< its end is left out; the token that ends a text is kept
};

struct EncodedText {
  std::vector<float> states;  ///< [length, width]
  std::vector<float> pooled;  ///< [pooled_width]; empty where the encoder is not asked for it
};

/// Thread-safe.
class TextEncoder {
 public:
  struct Options {
    std::string suffix;                 ///< behind "text_encoder" and "tokenizer" in the folder: "" or "_2"
    TextState state = TextState::last;  ///< which states encode() gives
    bool pooled = false;                ///< whether it gives "text_embeds", too
    std::optional<std::size_t> length;  ///< ids of a text that the denoiser takes; absent: what the encoder says
  };

  /// Errors: bad_input where a part is missing or lacks an output, and where the tokenizer's ids are not in the
  /// encoder's vocabulary.
  static Result<std::unique_ptr<TextEncoder>> load(Engine& engine, const std::filesystem::path& folder,
                                                   const Options& options);

  /// Errors: bad_input for a text that is not UTF-8, does not fit (TextFit::whole) or has ids of no meaning.
  Result<EncodedText> encode(const std::string& text, TextFit fit);

  std::size_t length() const { return length_; }              ///< ids of a text
  std::size_t width() const { return width_; }                ///< of a state
  std::size_t pooled_width() const { return pooled_width_; }  ///< 0 where it is not asked for
  const Network& network() const { return *network_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }

 private:
  TextEncoder() = default;
  Result<void> open(Engine& engine, const std::filesystem::path& folder, const Options& options);
  Result<std::vector<std::int64_t>> ids_of(const std::string& text, TextFit fit);

  std::shared_ptr<Network> network_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::string states_;                ///< the output of states
  std::optional<std::size_t> words_;  ///< of the encoder's vocabulary, where its graph shows it
  std::size_t length_ = 0;
  std::size_t width_ = 0;
  std::size_t pooled_width_ = 0;
};

}  // namespace scotoma
