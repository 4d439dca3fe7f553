#include "report/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "image/image.h"
#include "report/text.h"

namespace scotoma {
namespace {

constexpr int kLargestSide = 256;  // shown at 128 CSS pixels at most; twice that for fine screens

using Bytes = std::vector<std::uint8_t>;

bool is_png(const Bytes& bytes) {
  constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return bytes.size() >= 24 && std::equal(kSignature.begin(), kSignature.end(), bytes.begin());
}

/// From the header chunk, which comes first: width at byte 16, height at byte 20.
int longer_side(const Bytes& png) {
  const auto number = [&](std::size_t at) {
    return std::uint32_t{png[at]} << 24U | std::uint32_t{png[at + 1]} << 16U | std::uint32_t{png[at + 2]} << 8U |
           std::uint32_t{png[at + 3]};
  };
  return static_cast<int>(std::min<std::uint32_t>(std::max(number(16), number(20)), 1U << 20U));
}

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

Result<Bytes> thumbnail(Bytes png) {
  const int side = longer_side(png);
  if (side <= kLargestSide) return png;
  SCOTOMA_TRY(const Image image, decode_png(png));
  const int factor = std::min({(side + kLargestSide - 1) / kLargestSide, image.width, image.height});
  return encode_png(shrunk(image, factor));
}

}  // namespace

std::string Pictures::show(const std::string& image_id, std::string_view alt) {
  const auto [entry, is_new] = numbers_.try_emplace(image_id, ids_.size());
  if (is_new) ids_.push_back(image_id);
  return fmt::format(
      R"(<svg class="picture" role="img" aria-label="{}" viewBox="0 0 128 128"><use href="#p{}"/></svg>)",
      escape_html(alt), entry->second);
}

Result<std::string> Pictures::definitions() const {
  std::string html = R"(<svg class="pictures" width="0" height="0" aria-hidden="true" focusable="false"><defs>)"
                     "\n";
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    SCOTOMA_TRY(Bytes bytes, source_(ids_[i]));
    if (!is_png(bytes))
      return failed(fmt::format("picture {}: not a PNG file; it cannot stand in the report", ids_[i]));
    SCOTOMA_TRY(const Bytes small, thumbnail(std::move(bytes)));
    html += fmt::format(R"(<image id="p{}" width="128" height="128" href="data:image/png;base64,{}"/>)"
                        "\n",
                        i, base64(small));
  }
  return html + "</defs></svg>\n";
}

}  // namespace scotoma
