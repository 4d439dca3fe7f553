// SPDX-License-Identifier: Apache-2.0
// Texts of others in the columns of a table.
#pragma once

#include <cstddef>
#include <string>

namespace scotoma {

/// As wide as `text` is when it is printed: characters, after printable().
std::size_t columns_of(const std::string& text);

/// printable(text), filled with blanks to `width`; longer text stays as it is.
std::string padded(const std::string& text, std::size_t width);

/// printable(text) in at most `width` columns (3 or more), with ".." where it was cut: never inside a character, nor
/// inside one that is spelled, as <U+202E> is.
std::string shortened(const std::string& text, std::size_t width);

}  // namespace scotoma
