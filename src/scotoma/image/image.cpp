// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/image.h"

#include <fmt/format.h>
#include <png.h>

#include <cstring>

#include "scotoma/core/hash.h"

namespace scotoma {

bool is_whole(const Image& image) {
  return image.width > 0 && image.height > 0 &&
         image.rgb.size() ==
             std::uint64_t{3} * static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height);
}

Result<std::vector<std::uint8_t>> encode_png(const Image& image) {
  if (!is_whole(image)) {
    return failed(
        fmt::format("not an image: {} x {} pixels and {} bytes", image.width, image.height, image.rgb.size()));
  }
  png_image header;
  std::memset(&header, 0, sizeof header);
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  header.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // what has 16 bits is no linear light unless it says so
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) {
    return failed(
        fmt::format("an image of {} x {} cannot be written as PNG: {}", image.width, image.height, header.message));
  }
  bytes.resize(size);
  return bytes;
}

Result<Image> decode_png(std::span<const std::uint8_t> bytes) {
  png_image header;
  std::memset(&header, 0, sizeof header);
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()) == 0) {
    return failed(fmt::format("not a PNG image: {}", header.message));
  }
  if (std::uint64_t{header.width} * header.height > kMostPixels) {
    const auto size = fmt::format("{} x {}", header.width, header.height);
    png_image_free(&header);
    return failed(fmt::format("not an image that fits here: {} pixels", size));
  }
  header.format = PNG_FORMAT_RGB;
  Image image{static_cast<int>(header.width), static_cast<int>(header.height), {}};
  image.rgb.resize(PNG_IMAGE_SIZE(header));
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&header, &white, image.rgb.data(), 0, nullptr) == 0) {
    return failed(fmt::format("a damaged PNG image: {}", header.message));
  }
  return image;
}

std::string image_id(const Image& image) {
  Hasher hasher;
  hasher.field(static_cast<std::uint64_t>(image.width)).field(static_cast<std::uint64_t>(image.height));
  return hasher.bytes(image.rgb).hex();
}

}  // namespace scotoma
