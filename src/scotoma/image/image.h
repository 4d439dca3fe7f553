// SPDX-License-Identifier: Apache-2.0
// An image in memory, and its way to and from files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// Of an image that is read, 8192 x 8192: what a damaged header may cost in memory.
inline constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 26;

/// 8-bit RGB, rows from the top, [height][width][3].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

  bool operator==(const Image&) const = default;
};

/// Whether width and height are above 0 and the number of bytes belongs to them.
bool is_whole(const Image& image);

/// Lossless PNG. The same image gives the same bytes with the same libpng and zlib.
/// Errors: failed, with libpng's reason; or when width, height and the number of bytes do not belong together.
Result<std::vector<std::uint8_t>> encode_png(const Image& image);

/// Decodes PNG; grey, palette and alpha become RGB (alpha over white).
/// Errors: failed, with libpng's reason, when the bytes are not a whole PNG; or when it has more than kMostPixels.
Result<Image> decode_png(std::span<const std::uint8_t> bytes);

/// Name of an image: SHA-256 over its size and pixels, independent of the file format.
std::string image_id(const Image& image);

}  // namespace scotoma
