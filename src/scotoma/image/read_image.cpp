// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/read_image.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>

#include "scotoma/core/file.h"
#include "scotoma/core/letters.h"
#include "scotoma/image/jpeg.h"

namespace scotoma {

namespace fs = std::filesystem;

Result<Image> read_image(const fs::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_plain_file(path));
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const bool jpeg = text.starts_with("\xFF\xD8\xFF");
  if (!jpeg && !text.starts_with("\x89PNG")) {
    return bad_input(path.string() + ": neither PNG nor JPEG; convert it");
  }
  auto image = jpeg ? decode_jpeg(bytes) : decode_png(bytes);
  if (!image.ok()) return bad_input(path.string() + ": " + image.error().message);
  return image;
}

Result<std::vector<fs::path>> image_files(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return bad_input(path.string() + ": not there; give an image, or a folder of images");
    return std::vector<fs::path>{path};
  }
  std::vector<fs::path> files;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    const std::string ending = small_ascii(at->path().extension().string());
    if (ending == ".png" || ending == ".jpg" || ending == ".jpeg") files.push_back(at->path());
  }
  if (error) return bad_input(path.string() + ": cannot be listed (" + error.message() + ")");
  if (files.empty()) return bad_input(path.string() + ": holds no .png, .jpg or .jpeg file");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace scotoma
