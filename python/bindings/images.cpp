// SPDX-License-Identifier: Apache-2.0
#include "images.h"

#include <algorithm>
#include <memory>

namespace scotoma::python {

nb::object array_of(std::span<const Image> images) {
  const auto height = static_cast<std::size_t>(images.front().height);
  const auto width = static_cast<std::size_t>(images.front().width);
  using Array = nb::ndarray<nb::numpy, const std::uint8_t, nb::ndim<4>, nb::c_contig>;
  const std::size_t shape[] = {images.size(), height, width, 3};
  // The owner of a single image waits for the answer.
  if (images.size() == 1) return nb::cast(Array(images.front().rgb.data(), 4, shape, nb::none()));
  auto pixels = std::make_unique<std::vector<std::uint8_t>>();
  pixels->reserve(images.size() * images.front().rgb.size());
  for (const Image& image : images) pixels->insert(pixels->end(), image.rgb.begin(), image.rgb.end());
  const std::uint8_t* data = pixels->data();
  const nb::capsule owner(pixels.release(),
                          [](void* held) noexcept { delete static_cast<std::vector<std::uint8_t>*>(held); });
  return nb::cast(Array(data, 4, shape, owner));
}

std::vector<Image> images_of(const nb::object& array) {
  const auto pixels = nb::cast<nb::ndarray<const std::uint8_t, nb::ndim<4>, nb::c_contig, nb::device::cpu>>(array);
  std::vector<Image> images;
  const std::size_t size = pixels.shape(1) * pixels.shape(2) * pixels.shape(3);
  for (std::size_t i = 0; i < pixels.shape(0); ++i) {
    const std::uint8_t* first = pixels.data() + i * size;
    images.push_back({static_cast<int>(pixels.shape(2)), static_cast<int>(pixels.shape(1)), {first, first + size}});
  }
  return images;
}

std::vector<std::vector<float>> rows_of(const nb::object& array) {
  const auto numbers = nb::cast<nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>>(array);
  std::vector<std::vector<float>> rows;
  for (std::size_t i = 0; i < numbers.shape(0); ++i) {
    const float* first = numbers.data() + i * numbers.shape(1);
    rows.emplace_back(first, first + numbers.shape(1));
  }
  return rows;
}

std::vector<std::pair<std::size_t, std::size_t>> runs_of_one_size(std::span<const Image> images) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t first = 0; first < images.size();) {
    std::size_t end = first + 1;
    while (end < images.size() && images[end].width == images[first].width &&
           images[end].height == images[first].height)
      ++end;
    runs.emplace_back(first, end - first);
    first = end;
  }
  return runs;
}

}  // namespace scotoma::python
