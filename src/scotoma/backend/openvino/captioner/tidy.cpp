// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/tidy.h"

#include <cctype>

namespace scotoma {

std::string tidy_caption(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += byte < 0x80 ? static_cast<char>(std::tolower(byte)) : c;
    }
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  return out;
}

}  // namespace scotoma
