// SPDX-License-Identifier: Apache-2.0
// JPEG: written for people to look at, where small files matter more than every bit; read where people have
// photographs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma {

/// Lossy JPEG. `quality` is libjpeg's, 1 to 100. The same image gives the same bytes with the same libjpeg.
/// Errors: failed, with libjpeg's reason; or when width, height and the number of bytes do not belong together.
Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality);

/// Decodes JPEG, as libjpeg does by default (Pillow, too); grey becomes RGB. What EXIF says of its orientation does not
/// count, as for torchvision's and timm's datasets. Errors: failed, with libjpeg's reason, when the bytes are not a
/// whole JPEG, or hold CMYK; or when it has more than kMostPixels.
Result<Image> decode_jpeg(std::span<const std::uint8_t> bytes);

}  // namespace scotoma
