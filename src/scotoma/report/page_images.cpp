// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/page_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "scotoma/image/jpeg.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

constexpr int kLargestSide = 128;  // about what it is shown at, in CSS pixels
constexpr int kQuality = 85;       // of JPEG: no difference is seen at that size

/// Mean over blocks of factor x factor pixels; a rest at the right and bottom is cut off.
Image shrunk(const Image& image, int factor) {
  Image small{image.width / factor, image.height / factor, {}};
  small.rgb.reserve(static_cast<std::size_t>(small.width) * static_cast<std::size_t>(small.height) * 3);
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int i = 0; i < factor * factor; ++i) {
          const int row = y * factor + i / factor;
          const int column = x * factor + i % factor;
          const auto pixel =
              static_cast<std::size_t>(row) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(column);
          sum += image.rgb[pixel * 3 + static_cast<std::size_t>(c)];
        }
        small.rgb.push_back(static_cast<std::uint8_t>(sum / (factor * factor)));
      }
    }
  }
  return small;
}

Image thumbnail(Image image) {
  const int side = std::max(image.width, image.height);
  if (side <= kLargestSide) return image;
  const int factor = std::min({(side + kLargestSide - 1) / kLargestSide, image.width, image.height});
  return shrunk(image, factor);
}

}  // namespace

Result<void> PageImages::add(const std::string& image_id) {
  SCOTOMA_ASSIGN_OR_RETURN(Image image, source_(image_id));
  const Image small = thumbnail(std::move(image));
  SCOTOMA_ASSIGN_OR_RETURN(const auto png, encode_png(small));
  SCOTOMA_ASSIGN_OR_RETURN(const auto jpeg, encode_jpeg(small, kQuality));
  Encoded encoded{"data:image/png;base64," + base64(png), "data:image/jpeg;base64," + base64(jpeg)};
  if (encoded.lossless.size() <= encoded.smallest.size()) encoded.smallest = encoded.lossless;
  if (smallest_bytes_ + encoded.smallest.size() > room_.bytes) {
    left_out_.insert(image_id);
    return {};
  }
  smallest_bytes_ += encoded.smallest.size();
  lossless_bytes_ += encoded.lossless.size();
  if (!lossless()) encoded.lossless.clear();
  numbers_.emplace(image_id, images_.size());
  images_.push_back(std::move(encoded));
  return {};
}

std::string PageImages::show(const std::string& image_id, std::string_view alt) {
  if (!numbers_.contains(image_id)) {
    if (error_) return {};
    if (images_.size() >= room_.images || !left_out_.empty()) {
      left_out_.insert(image_id);
      return {};
    }
    if (const auto added = add(image_id); !added.ok()) error_ = added.error();
  }
  const auto found = numbers_.find(image_id);
  if (found == numbers_.end()) return {};
  return fmt::format(R"(<svg class="image" role="img" aria-label="{}" viewBox="0 0 128 128"><use href="#p{}"/></svg>)",
                     escape_html(alt), found->second);
}

Result<std::string> PageImages::definitions() const {
  if (error_) return *error_;
  std::string html = R"(<svg class="images" width="0" height="0" aria-hidden="true" focusable="false"><defs>)"
                     "\n";
  for (std::size_t i = 0; i < images_.size(); ++i) {
    html += fmt::format(R"(<image id="p{}" width="128" height="128" href="{}"/>)"
                        "\n",
                        i, lossless() ? images_[i].lossless : images_[i].smallest);
  }
  return html + "</defs></svg>\n";
}

}  // namespace scotoma
