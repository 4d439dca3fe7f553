// Text to token ids and back, through openvino-tokenizers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/openvino/engine.h"
#include "core/result.h"

namespace scotoma {

/// True for well-formed UTF-8 without NUL (RFC 3629). The tokenizer extension is only given such text: others abort it.
bool is_plain_utf8(std::string_view text);

class Tokenizer {
 public:
  /// Reads openvino_tokenizer.xml in `folder`. Errors: bad_input.
  static Result<std::unique_ptr<Tokenizer>> load(Engine& engine, const std::filesystem::path& folder);

  /// Exactly `length` ids: cut (the last id, which ends the text, is kept) or filled up with the padding id. `used`, if
  /// given, becomes the number of ids before the padding. Errors: bad_input for text that is not UTF-8.
  Result<std::vector<std::int64_t>> encode(const std::string& text, std::size_t length, std::size_t* used = nullptr);

  /// Longest text that the model was trained for ("model_max_length"), or 77.
  std::size_t max_length() const { return max_length_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::shared_ptr<Network> network_;
  std::int64_t padding_ = 0;
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
