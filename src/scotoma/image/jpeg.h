// SPDX-License-Identifier: Apache-2.0
// Images for people to look at, where small files matter more than every bit: no model is ever given one of these.
#pragma once

#include <cstdint>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma {

/// Lossy JPEG. `quality` is libjpeg's, 1 to 100. The same image gives the same bytes with the same libjpeg.
/// Errors: failed, with libjpeg's reason; or when width, height and the number of bytes do not belong together.
Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality);

}  // namespace scotoma
