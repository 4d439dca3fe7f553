// SPDX-License-Identifier: Apache-2.0
// The report's images: each is embedded once, made small, and shown wherever it is wanted.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
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

/// Hands out references to images while the page is written, and what they refer to at the end.
class PageImages {
 public:
  /// Takes `limit` different images at most, so that the report of a large study can still be opened.
  PageImages(ImageSource source, std::size_t limit) : source_(std::move(source)), limit_(limit) {}

  /// An <svg> that shows the image; `alt` is plain text. Empty where it would be a new one above the limit.
  std::string show(const std::string& image_id, std::string_view alt);

  /// The hidden <svg> that holds every image shown so far, as data: URIs. Images with a side above 128 pixels are
  /// made smaller. Errors: those of the source.
  Result<std::string> definitions() const;

 private:
  ImageSource source_;
  std::size_t limit_;
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> ids_;
};

}  // namespace scotoma
