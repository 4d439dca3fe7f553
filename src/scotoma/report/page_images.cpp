// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/page_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

constexpr int kLargestSide = 128;  // about what it is shown at, in CSS pixels

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

std::string PageImages::show(const std::string& image_id, std::string_view alt) {
  if (ids_.size() >= limit_ && !numbers_.contains(image_id)) return {};
  const auto [entry, is_new] = numbers_.try_emplace(image_id, ids_.size());
  if (is_new) ids_.push_back(image_id);
  return fmt::format(R"(<svg class="image" role="img" aria-label="{}" viewBox="0 0 128 128"><use href="#p{}"/></svg>)",
                     escape_html(alt), entry->second);
}

Result<std::string> PageImages::definitions() const {
  std::string html = R"(<svg class="images" width="0" height="0" aria-hidden="true" focusable="false"><defs>)"
                     "\n";
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    SCOTOMA_ASSIGN_OR_RETURN(Image image, source_(ids_[i]));
    SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, encode_png(thumbnail(std::move(image))));
    html += fmt::format(R"(<image id="p{}" width="128" height="128" href="data:image/png;base64,{}"/>)"
                        "\n",
                        i, base64(bytes));
  }
  return html + "</defs></svg>\n";
}

}  // namespace scotoma
