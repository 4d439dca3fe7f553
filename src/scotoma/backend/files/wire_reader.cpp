// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/wire_reader.h"

#include <cassert>

namespace scotoma {

std::optional<std::uint64_t> WireReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> WireReader::bytes(std::uint64_t length) {
  if (length > rest_.size()) return std::nullopt;
  const std::string_view out = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return out;
}

std::optional<WireField> WireReader::next() {
  assert(!done());
  const auto tag = number();
  if (!tag) return std::nullopt;
  WireField out{*tag >> 3U, 0, {}};
  std::optional<std::uint64_t> value = 0;
  std::optional<std::string_view> inside = std::string_view();
  switch (*tag & 7U) {
    case 0:
      value = number();
      break;
    case 1:
      inside = bytes(8);
      break;
    case 2:
      value = number();
      inside = value ? bytes(*value) : std::nullopt;
      break;
    case 5:
      inside = bytes(4);
      break;
    default:
      return std::nullopt;
  }
  if (!value || !inside) return std::nullopt;
  out.value = *value;
  out.inside = *inside;
  return out;
}

}  // namespace scotoma
