// SPDX-License-Identifier: Apache-2.0
// The report's images: each is embedded once, made small, and shown wherever it is wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma {

/// An image by its image_id, checked. May fail: the report then fails with that error, so it must name the file and
/// what to do.
using ImageSource = std::function<Result<Image>(const std::string& image_id)>;

/// What a page may hold of images: those wanted first are in it, and none after the first that has no room.
struct ImageRoom {
  std::size_t bytes = 0;   ///< of their data, as it stands in the page (base64)
  std::size_t images = 0;  ///< different ones
};

/// Hands out references to images while the page is written, and what they refer to at the end.
///
/// All are lossless where they have room so; else each is JPEG where that is smaller.
class PageImages {
 public:
  PageImages(ImageSource source, ImageRoom room) : source_(std::move(source)), room_(room) {}

  /// An <svg> that shows the image; `alt` is plain text. Images with a side above 128 pixels are made smaller. Empty
  /// where there is no room for it, and once the source has failed: definitions() then says how.
  std::string show(const std::string& image_id, std::string_view alt);

  /// The hidden <svg> that holds every image shown so far, as data: URIs. Errors: those of the source.
  Result<std::string> definitions() const;

  std::size_t shown() const { return images_.size(); }              ///< different images
  std::size_t left_out() const { return left_out_.size(); }         ///< different images that had no room
  bool lossless() const { return lossless_bytes_ <= room_.bytes; }  ///< so far

 private:
  /// As they stand in the page.
  struct Encoded {
    std::string lossless;  ///< a data: URI; empty once not all have room so
    std::string smallest;
  };

  Result<void> add(const std::string& image_id);

  ImageSource source_;
  ImageRoom room_;
  std::map<std::string, std::size_t> numbers_;
  std::vector<Encoded> images_;
  std::set<std::string> left_out_;
  std::size_t lossless_bytes_ = 0;
  std::size_t smallest_bytes_ = 0;
  std::optional<Error> error_;  ///< the first of the source
};

}  // namespace scotoma
