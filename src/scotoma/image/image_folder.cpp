// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/image_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "scotoma/core/file.h"

namespace scotoma {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAside = ".part";  ///< where images are written before they get their place

// What a PNG file begins and ends with.
constexpr std::string_view kPngBegin = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kPngEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);

bool holds(const Descriptor& file, off_t at, std::string_view bytes) {
  std::array<char, 16> read{};
  return at >= 0 && ::pread(file.get(), read.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()) &&
         std::string_view(read.data(), bytes.size()) == bytes;
}

/// The image in a file, if it is the one that the file's name says. Errors: failed, with what to do.
Result<Image> image_in(const std::string& bytes, const std::string& id, const fs::path& path) {
  auto image = decode_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (image.ok() && image_id(*image) == id) return image;
  // It holds nothing of worth; were it left, it would stop every later run here.
  std::error_code ignored;
  fs::remove(path, ignored);
  return failed(fmt::format("{}: {}; it has been removed: run the study again, and it is generated anew", path.string(),
                            image.ok() ? "holds another image than its name says" : image.error().message));
}

Result<std::string> read_image_file(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error) && !error)
    return failed(fmt::format("{}: missing; run the study again and it is generated anew", path.string()));
  auto bytes = read_plain_file(path);
  if (bytes.ok()) return bytes;
  SCOTOMA_ASSIGN_OR_RETURN(const bool cleared, clear_place(path));
  if (!cleared) return bytes;
  return failed(
      fmt::format("{}; it has been removed: run the study again, and it is generated anew", bytes.error().message));
}

/// The folder of an image, made where it is missing. Errors: bad_input, with what to remove, where a file has its
/// name.
Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);  // another failure shows when the file is written
  if (fs::is_directory(folder, error) || !fs::exists(fs::symlink_status(folder, error))) return {};
  return bad_input(fmt::format("{}: no folder, where one belongs; remove it and run again", folder.string()));
}

}  // namespace

fs::path ImageFolder::image_file(const std::string& id) { return fs::path("images") / id.substr(0, 2) / (id + ".png"); }

Result<bool> ImageFolder::has_image(const std::string& id) const { return is_here(id); }

Result<bool> ImageFolder::is_here(const std::string& id) const {
  const fs::path path = folder_ / image_file(id);
  SCOTOMA_RETURN_IF_ERROR(clear_place(path));  // before it is generated: what cannot be cleared is reported at once
  std::error_code error;
  if (!fs::exists(path, error) && !error) return false;
  SCOTOMA_ASSIGN_OR_RETURN(const PlainFile file, open_plain_file(path));
  return holds(file.descriptor, 0, kPngBegin) &&
         holds(file.descriptor, file.size - static_cast<off_t>(kPngEnd.size()), kPngEnd);
}

void ImageFolder::sweep() const {
  const fs::path images = folder_ / "images";
  const fs::path aside = images / kAside;
  remove_abandoned(folder_);
  std::error_code error;
  const bool older = !fs::exists(aside, error);  // whose program wrote aside in each folder: all are looked at, once
  remove_abandoned(older ? images : aside);
  for (fs::directory_iterator at(images, error), end; older && !error && at != end; at.increment(error))
    remove_abandoned(at->path());
  fs::create_directory(aside, error);
}

Result<std::string> ImageFolder::put_image(const Image& image) {
  const std::string id = image_id(image);
  SCOTOMA_ASSIGN_OR_RETURN(const bool there, is_here(id));
  if (there) return id;
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, encode_png(image));
  SCOTOMA_RETURN_IF_ERROR(write(id, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  return id;
}

Result<void> ImageFolder::put_png(const std::string& id, std::string_view bytes) {
  if (!bytes.starts_with(kPngBegin) || !bytes.ends_with(kPngEnd))
    return failed(fmt::format("image {}: what came of it is no whole PNG file", id));
  SCOTOMA_ASSIGN_OR_RETURN(const bool there, is_here(id));
  return there ? Result<void>() : write(id, bytes);
}

Result<void> ImageFolder::write(const std::string& id, std::string_view bytes) const {
  const fs::path path = folder_ / image_file(id);
  SCOTOMA_RETURN_IF_ERROR(make_folder(path.parent_path()));
  return write_whole_through(folder_ / "images" / kAside, path, bytes);
}

Result<bool> ImageFolder::take_image(const ImageFolder& from, const std::string& id) const {
  SCOTOMA_ASSIGN_OR_RETURN(const bool there, ImageFolder::has_image(id));
  if (there) return false;
  const fs::path path = folder_ / image_file(id);
  const fs::path source = from.folder_ / image_file(id);
  SCOTOMA_RETURN_IF_ERROR(make_folder(path.parent_path()));
  std::error_code error;
  if (!fs::exists(path, error)) {  // a name that is taken is not given away: what stands there is damaged
    fs::create_hard_link(source, path, error);
    if (!error) return true;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, read_plain_file(source));
  SCOTOMA_RETURN_IF_ERROR(write_whole_through(folder_ / "images" / kAside, path, bytes));
  return true;
}

Result<std::vector<std::uint8_t>> ImageFolder::image_bytes(const std::string& id) const {
  const fs::path path = folder_ / image_file(id);
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, read_image_file(path));
  if (const auto image = image_in(bytes, id, path); !image.ok()) return image.error();
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

Result<Image> ImageFolder::image(const std::string& id) const {
  const fs::path path = folder_ / image_file(id);
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, read_image_file(path));
  return image_in(bytes, id, path);
}

}  // namespace scotoma
