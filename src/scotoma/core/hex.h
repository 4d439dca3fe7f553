// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal digits, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace scotoma {

/// Two lower-case digits a byte.
std::string hex_of(std::string_view bytes);

/// Nothing where the digits are not what hex_of() writes.
std::optional<std::string> bytes_of_hex(std::string_view digits);

}  // namespace scotoma
