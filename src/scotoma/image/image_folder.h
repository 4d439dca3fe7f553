// SPDX-License-Identifier: Apache-2.0
// A folder of images: PNG files, named by the hash of their pixels.
//
//   DIR/images/ab/<id>.png   "ab" are the first two letters of the id
//
// What a disk returns is not trusted: an image is read only where its pixels are those of its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"
#include "scotoma/image/image_store.h"

namespace scotoma {

/// Safe to use from several threads, and by several processes on one folder.
class ImageFolder : public ImageStore {
 public:
  /// Nothing is looked at or made before an image is asked for or put.
  explicit ImageFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// Relative to the folder: "images/ab/abcd….png".
  static std::filesystem::path image_file(const std::string& id);

  /// Writes an image unless it is there whole; gives its id. Errors: failed when the disk is full or read-only.
  Result<std::string> put_image(const Image& image) override;

  /// The same of an image that comes as the bytes of a PNG file, from a worker that knows its id: they are written as
  /// they are, and looked at when the image is read. Errors: also failed where they do not begin and end as a PNG file
  /// does.
  virtual Result<void> put_png(const std::string& id, std::string_view bytes);

  /// Takes an image's file from another folder unless it is here whole: a second name of the same file where one file
  /// system holds both, else a copy. Its pixels are looked at when it is read. True: it was not here. Errors: those of
  /// has_image(); failed where it cannot be read or written.
  Result<bool> take_image(const ImageFolder& from, const std::string& id) const;

  /// The image, and the bytes of its file, once its pixels were found to be those of its name.
  /// Errors: failed when the file is missing or damaged. A damaged file is removed, and a pipe or device in its place,
  /// so that the next run generates it anew.
  Result<Image> image(const std::string& id) const override;
  virtual Result<std::vector<std::uint8_t>> image_bytes(const std::string& id) const;

  /// Whether the image's file is there and begins and ends as a PNG file does: a power cut leaves files that are
  /// empty or end in zeros. What is no plain file is removed. Errors: bad_input where a folder that holds something is
  /// there; failed where file handles have run out.
  Result<bool> has_image(const std::string& id) const override;

 protected:
  /// Removes what killed runs left half written.
  void sweep() const;

  /// has_image() of this folder, whatever one that is derived from it says.
  Result<bool> is_here(const std::string& id) const;

  /// Writes the bytes of a PNG file in the image's place.
  Result<void> write(const std::string& id, std::string_view bytes) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace scotoma
