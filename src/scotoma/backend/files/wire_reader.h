// SPDX-License-Identifier: Apache-2.0
// Protocol Buffers' wire format, as far as it takes to walk through an ONNX file: the messages' own words stay with
// whoever walks (onnx.proto).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace scotoma {

/// A field of a message: its number, and its value where it is a whole number, or its bytes where it has a length.
struct WireField {
  std::uint64_t number = 0;
  std::uint64_t value = 0;
  std::string_view inside;
};

/// The fields of one message in order.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }

  /// Nothing where the bytes are not well formed. Requires !done().
  std::optional<WireField> next();

 private:
  std::optional<std::uint64_t> number();
  std::optional<std::string_view> bytes(std::uint64_t length);

  std::string_view rest_;
};

}  // namespace scotoma
