// SPDX-License-Identifier: Apache-2.0
// Which paths a loader that looks for words would sort into a side.
#pragma once

#include <regex>
#include <string>

namespace scotoma {

/// Whether a part of this path, or of a name, is a word of SPLIT_KEYWORDS as the patterns around them in data_files.py
/// of Hugging Face datasets 5.2.0 find it.
inline bool names_a_side(const std::string& path) {
  static const std::regex pattern(
      "(^|.*[-._ 0-9/])(train|training|validation|valid|dev|val|test|testing|eval|evaluation)([-._ 0-9/].*|$)");
  return std::regex_match(path, pattern);
}

}  // namespace scotoma
