// SPDX-License-Identifier: Apache-2.0
// The images of tests/cases/resize, and what Pillow made of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/core/hash.h"
#include "scotoma/image/image.h"

namespace scotoma::fake {

/// The image of make_cases.py.
inline Image pillow_image(int width, int height, bool edges = false) {
  Image out{width, height, {}};
  for (std::int64_t k = 0; k < std::int64_t{3} * width * height; ++k) {
    const std::int64_t byte = (k * k * 37 + k * 101) % 65521 % 256;
    out.rgb.push_back(static_cast<std::uint8_t>(!edges ? byte : byte >= 128 ? 255 : 0));
  }
  return out;
}

/// Whether these bytes are those of a case: its "bytes" in hex, or of a large image its "sha256".
inline bool are_pillows(const std::vector<std::uint8_t>& bytes, const nlohmann::json& one) {
  if (one.contains("sha256")) return sha256_hex(bytes) == one["sha256"];
  std::string hex;
  for (const std::uint8_t byte : bytes) hex += {"0123456789abcdef"[byte >> 4U], "0123456789abcdef"[byte & 15U]};
  return hex == one["bytes"];
}

/// `root`: of the sources.
inline nlohmann::json pillow_cases(const std::filesystem::path& root) {
  auto cases = read_json_file(root / "tests/cases/resize/cases.json", true);
  return cases.ok() ? std::move(cases).value() : nlohmann::json::array();
}

}  // namespace scotoma::fake
