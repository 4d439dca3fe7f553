// SPDX-License-Identifier: Apache-2.0
// Text to token ids and back, through openvino-tokenizers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/core/result.h"

namespace scotoma {

class Tokenizer {
 public:
  /// Reads openvino_tokenizer.xml in `folder`. Errors: bad_input.
  static Result<std::unique_ptr<Tokenizer>> load(Engine& engine, const std::filesystem::path& folder);

  /// Exactly `length` ids: cut (the last id, which ends the text, is kept) or filled up with the padding id. `used`, if
  /// given, becomes the number of ids before the padding. Errors: bad_input for text that is not UTF-8.
  Result<std::vector<std::int64_t>> encode(const std::string& text, std::size_t length, std::size_t* used = nullptr);

  /// All ids of the text, with those that begin and end it. Errors: those of encode().
  Result<std::vector<std::int64_t>> ids_of(const std::string& text);

  /// The same as encode() for a text that must reach the model whole. Errors: also bad_input, with the number of
  /// tokens, for a text that is longer.
  Result<std::vector<std::int64_t>> encode_whole(const std::string& text, std::size_t length);

  /// Ids of the text with those that begin and end it, counted word by word: many tokenizers cut long texts themselves.
  Result<std::size_t> count(const std::string& text);

  /// Longest text that the model was trained for ("model_max_length"), or 77.
  std::size_t max_length() const { return max_length_; }

  /// What encode() does beyond the file, for fingerprints; empty: nothing. CLIP's tokenizers may pad with a word of the
  /// text, "!": transformers reads it as the padding wherever it stands, the converted tokenizer as a word. So texts
  /// are cut there, and read as transformers reads them.
  std::string own_rules() const { return padding_word_.empty() ? "" : "pads with " + padding_word_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  Result<void> read_settings(const std::filesystem::path& folder);
  Result<std::vector<std::int64_t>> converted_ids_of(const std::string& text);  ///< as the converted tokenizer has it
  std::vector<std::int64_t> fitted(std::vector<std::int64_t> ids, std::size_t length) const;  ///< cut or filled up
  Result<std::size_t> words_of(const std::string& text);  ///< ids before the padding

  std::filesystem::path file_;
  std::shared_ptr<Network> network_;
  std::int64_t padding_ = 0;
  std::int64_t begin_ = -1;   ///< what begins a text; -1: not known
  std::int64_t end_ = -1;     ///< what ends a text; -1: not known
  std::string padding_word_;  ///< that texts may hold, too; empty: none
  std::size_t max_length_ = 77;
};

class Detokenizer {
 public:
  /// Reads openvino_detokenizer.xml in `folder`. Errors: bad_input.
  static Result<std::unique_ptr<Detokenizer>> load(Engine& engine, const std::filesystem::path& folder);

  Result<std::string> decode(std::span<const std::int64_t> ids);

 private:
  std::shared_ptr<Network> network_;
};

}  // namespace scotoma
