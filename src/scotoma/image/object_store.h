// SPDX-License-Identifier: Apache-2.0
// Images elsewhere, by their ids: S3 and its like, or a folder of another machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// An image as a listing has it.
struct StoredImage {
  std::string id;          ///< 64 hexadecimal digits
  std::uint64_t size = 0;  ///< bytes of its PNG file
};

/// Called from several threads at once. Errors of all: failed or bad_input, with what to do, once trying again is of no
/// use.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// For messages: the URL below which images/ stands.
  virtual std::string place() const = 0;

  /// Keeps the bytes of a PNG file, whole or not at all.
  virtual Result<void> put(const std::string& id, std::string_view bytes) = 0;

  /// The bytes, or nothing where the store has no such image.
  virtual Result<std::optional<std::string>> get(const std::string& id) = 0;

  /// All that the store has. Errors also where it cannot be written: before anything is generated for it.
  virtual Result<std::vector<StoredImage>> list() = 0;

  virtual Result<void> remove(const std::string& id) = 0;
};

}  // namespace scotoma
