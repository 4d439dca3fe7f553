// SPDX-License-Identifier: Apache-2.0
// SHA-256: names of images in the cache, fingerprints of models, seeds of streams.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "scotoma/core/result.h"

namespace scotoma {

/// Feeds bytes; every field is preceded by its length, so that ("ab","c") and ("a","bc") differ.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& bytes(std::span<const std::uint8_t> raw);  ///< raw bytes, no length
  Hasher& field(std::string_view text);              ///< length and text
  Hasher& field(std::uint64_t number);               ///< eight bytes, little endian
  std::array<std::uint8_t, 32> digest();             ///< ends the hash; call once
  std::string hex();                                 ///< the digest as 64 hexadecimal digits; call once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::span<const std::uint8_t> raw);
std::string sha256_hex(std::string_view raw);

/// Hash of a file's bytes, read in blocks. Errors: bad_input when it cannot be read.
Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace scotoma
