// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/jpeg.h"

#include <fmt/format.h>
#include <jpeglib.h>  // needs <cstddef> and <cstdio> before it

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace scotoma {
namespace {

/// libjpeg must not return from an error, so it jumps back.
struct JpegErrors {
  jpeg_error_mgr manager;  // first: libjpeg is given its address
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

void jump_back(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
  jpeg->err->format_message(jpeg, errors->message);
  std::longjmp(errors->back, 1);
}

/// Writes to *bytes, of *size bytes, which becomes what was written. False: `errors.message` says why. Holds nothing
/// that a jump would have to destroy.
bool compress(const Image& image, int quality, JpegErrors& errors, unsigned char** bytes, unsigned long* size) {
  jpeg_compress_struct jpeg;
  jpeg.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jump_back;
  jpeg_create_compress(&jpeg);
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_compress(&jpeg);
    return false;
  }
  jpeg_mem_dest(&jpeg, bytes, size);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.optimize_coding = TRUE;
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(&image.rgb[std::size_t{3} * jpeg.image_width * jpeg.next_scanline]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return true;
}

constexpr const char* kFourColours = "a JPEG image of four colours (CMYK); convert it to RGB";

void note_warning(j_common_ptr jpeg, int level) {
  if (level < 0) ++jpeg->err->num_warnings;  // libjpeg would print it
}

/// False: `errors.message` says why, or is empty where the image is too large. The pixels are `image`'s, so that a jump
/// has nothing to destroy.
bool decompress(std::span<const std::uint8_t> bytes, JpegErrors& errors, Image& image) {
  jpeg_decompress_struct jpeg;
  jpeg.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jump_back;
  errors.manager.emit_message = note_warning;
  jpeg_create_decompress(&jpeg);
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg_mem_src(&jpeg, bytes.data(), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  if (jpeg.num_components > 3) {
    std::snprintf(errors.message, sizeof errors.message, "%s", kFourColours);
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg.out_color_space = JCS_RGB;
  jpeg_calc_output_dimensions(&jpeg);
  const bool fits = std::uint64_t{jpeg.output_width} * jpeg.output_height <= kMostPixels;
  if (fits) {
    image.width = static_cast<int>(jpeg.output_width);
    image.height = static_cast<int>(jpeg.output_height);
    image.rgb.resize(std::size_t{3} * jpeg.output_width * jpeg.output_height);
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW row = &image.rgb[std::size_t{3} * jpeg.output_width * jpeg.output_scanline];
      jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
  }
  jpeg_destroy_decompress(&jpeg);
  return fits;
}

}  // namespace

Result<Image> decode_jpeg(std::span<const std::uint8_t> bytes) {
  Image image;
  JpegErrors errors;
  errors.message[0] = '\0';
  if (!decompress(bytes, errors, image)) {
    const std::string reason = errors.message;
    return failed(reason.empty()           ? fmt::format("a JPEG image of more than {} pixels", kMostPixels)
                  : reason == kFourColours ? reason
                                           : "not a whole JPEG image: " + reason);
  }
  if (errors.manager.num_warnings > 0) return failed("not a whole JPEG image: its data end too early, or are damaged");
  return image;
}

Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality) {
  if (!is_whole(image)) {
    return failed(
        fmt::format("not an image: {} x {} pixels and {} bytes", image.width, image.height, image.rgb.size()));
  }
  // libjpeg-turbo's bound of what any image takes: with less, libjpeg would go on in memory of its own.
  const auto blocks = [](int side) { return (static_cast<std::size_t>(side) + 15) / 16; };
  std::vector<std::uint8_t> bytes(blocks(image.width) * blocks(image.height) * 256 * 6 + 2048);
  JpegErrors errors;
  unsigned char* begin = bytes.data();
  unsigned long size = bytes.size();
  if (!compress(image, quality, errors, &begin, &size)) {
    return failed(fmt::format("an image of {} x {} cannot be written as JPEG: {}", image.width, image.height,
                              static_cast<const char*>(errors.message)));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace scotoma
