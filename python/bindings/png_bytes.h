// SPDX-License-Identifier: Apache-2.0
// The bytes of a PNG file, of this process or of Python's: images are large, and most are only passed on.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gil.h"

namespace scotoma::python {

/// Copies share the bytes. May be copied and dropped on any thread, with the lock or without.
class PngBytes {
 public:
  explicit PngBytes(std::string bytes);

  /// Of an object that gives its memory: bytes, or what came with a pickle (PEP 574). With the lock; throws where it
  /// does not.
  explicit PngBytes(const nb::handle& object);

  std::string_view view() const { return view_; }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

}  // namespace scotoma::python
