// SPDX-License-Identifier: Apache-2.0
// Images to arrays and back.
#pragma once

#include <nanobind/ndarray.h>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "gil.h"
#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma::python {

/// [n, height, width, 3], which Python may only read: a copy of several images, the image itself where there is one,
/// which must then outlive the array. Requires images of one size, one at least. With the lock.
nb::object array_of(std::span<const Image> images);

/// Of an array as scotoma._answers lets it through: uint8 [n, height, width, 3], contiguous. With the lock.
std::vector<Image> images_of(const nb::object& array);

/// Rows of a float32 array [n, d], contiguous. With the lock.
std::vector<std::vector<float>> rows_of(const nb::object& array);

/// Parts of the images, next to each other, that have one size: a batch mostly is one. `first` and how many.
std::vector<std::pair<std::size_t, std::size_t>> runs_of_one_size(std::span<const Image> images);

}  // namespace scotoma::python
