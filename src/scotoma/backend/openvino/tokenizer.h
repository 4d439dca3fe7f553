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

  /// The same for a text that must reach the model whole. Errors: also bad_input, with the number of tokens, for a text
  /// that is longer.
  Result<std::vector<std::int64_t>> encode_whole(const std::string& text, std::size_t length);

  /// Ids of the text with those that begin and end it, counted word by word: many tokenizers cut long texts themselves.
  Result<std::size_t> count(const std::string& text);

  /// Longest text that the model was trained for ("model_max_length"), or 77.
  std::size_t max_length() const { return max_length_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  Result<std::vector<std::int64_t>> ids_of(const std::string& text);
  std::vector<std::int64_t> fitted(std::vector<std::int64_t> ids, std::size_t length) const;  ///< cut or filled up
  Result<std::size_t> words_of(const std::string& text);  ///< ids before the padding

  std::filesystem::path file_;
  std::shared_ptr<Network> network_;
  std::int64_t padding_ = 0;
  std::int64_t end_ = -1;  ///< what ends a text; -1: not known
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
