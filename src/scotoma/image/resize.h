// SPDX-License-Identifier: Apache-2.0
// Images of another size, byte for byte as Pillow makes them: the pixels with which classifiers, captioners and
// embedders were trained.
//
// Follows Pillow 13's ImagingResample (src/libImaging/Resample.c) for all filters but "nearest": a pass along the rows
// and one along the columns (the rows' first, unless far more rows than columns go: older versions always), each with a
// window that grows when it shrinks the image; weights are whole numbers with 22 binary places, and each pass rounds
// to bytes. "nearest" is its ImagingScaleAffine (Geometry.c). tests/cases/resize holds what Pillow gave.
#pragma once

#include <array>

#include "scotoma/core/names.h"
#include "scotoma/image/image.h"

namespace scotoma {

struct PixelSize {
  int width = 0;
  int height = 0;

  bool operator==(const PixelSize&) const = default;
};

/// Pillow's filters. The numbers are those of PIL.Image.Resampling and of "resample" in preprocessor_config.json.
enum class Filter { nearest = 0, lanczos = 1, bilinear = 2, bicubic = 3, box = 4, hamming = 5 };

constexpr std::array<Named<Filter>, 6> names_of(Filter) {
  return {{{Filter::nearest, "nearest"},
           {Filter::lanczos, "lanczos"},
           {Filter::bilinear, "bilinear"},
           {Filter::bicubic, "bicubic"},
           {Filter::box, "box"},
           {Filter::hamming, "hamming"}}};
}

/// The image in another size; the same image where it has that size. Requires a whole image and a size above 0.
Image resized(const Image& image, PixelSize size, Filter filter);

/// The part of the image of that size whose upper left corner is at (left, top). Requires that it lies inside.
Image cropped(const Image& image, int left, int top, PixelSize size);

/// Size after the shorter side has become `shorter`, as torchvision's Resize rounds it.
PixelSize resized_to_shorter(PixelSize size, int shorter);

/// Size after the longer side has become `longer`, as transformers' processors of Idefics 3 and SmolVLM round it: the
/// other side is even.
PixelSize resized_to_longer(PixelSize size, int longer);

}  // namespace scotoma
