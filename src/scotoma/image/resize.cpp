// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/resize.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace scotoma {
namespace {

constexpr std::size_t kChannels = 3;
constexpr int kPlaces = 32 - 8 - 2;  // PRECISION_BITS: room for a byte, and for filters that overshoot

using Weigh = double (*)(double);

/// A filter's weight at a distance from the centre, and how far it reaches, both in pixels of the smaller image.
struct Kernel {
  Weigh weigh;
  double reach;
};

double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

double bilinear(double x) { return std::max(0.0, 1 - std::fabs(x)); }

double hamming(double x) {
  x = std::fabs(x);
  if (x == 0) return 1;
  if (x >= 1) return 0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54 + 0.46 * std::cos(x));
}

/// Keys' cubic with a = -0.5.
double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

double sinc(double x) {
  x *= std::numbers::pi;
  return x == 0 ? 1 : std::sin(x) / x;
}

double lanczos(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

Kernel kernel_of(Filter filter) {
  switch (filter) {
    case Filter::lanczos:
      return {lanczos, 3};
    case Filter::bicubic:
      return {bicubic, 2};
    case Filter::box:
      return {box, 0.5};
    case Filter::hamming:
      return {hamming, 1};
    case Filter::bilinear:
    case Filter::nearest:  // has no kernel
      break;
  }
  return {bilinear, 1};
}

/// Which pixels of a line make one of the new line: `weights` of those from `first` on.
struct Window {
  std::size_t first = 0;
  std::vector<std::int32_t> weights;
};

std::int32_t fixed_point(double weight) {
  return static_cast<std::int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kPlaces));
}

/// precompute_coeffs and normalize_coeffs_8bpc.
std::vector<Window> windows(int from, int to, const Kernel& kernel) {
  const double scale = static_cast<double>(from) / to;
  const double spread = std::max(scale, 1.0);
  const double reach = kernel.reach * spread;
  std::vector<Window> all(static_cast<std::size_t>(to));
  std::vector<double> weights;
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - reach + 0.5));
    const int last = std::min(from, static_cast<int>(centre + reach + 0.5));
    weights.clear();
    double sum = 0;
    for (int x = first; x < last; ++x) {
      weights.push_back(kernel.weigh((x - centre + 0.5) * (1.0 / spread)));
      sum += weights.back();
    }
    Window& window = all[static_cast<std::size_t>(i)];
    window.first = static_cast<std::size_t>(first);
    for (const double weight : weights) window.weights.push_back(fixed_point(sum != 0 ? weight / sum : weight));
  }
  return all;
}

std::uint8_t to_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kPlaces, 0, 255)); }

Image blank(PixelSize size) {
  const std::size_t pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  return {size.width, size.height, std::vector<std::uint8_t>(pixels * kChannels)};
}

std::size_t row_bytes(const Image& image) { return static_cast<std::size_t>(image.width) * kChannels; }

/// Rows `top` to `bottom` - 1, `width` pixels wide.
Image narrowed(const Image& image, int width, int top, int bottom, const Kernel& kernel) {
  const std::vector<Window> columns = windows(image.width, width, kernel);
  Image out = blank({width, bottom - top});
  std::uint8_t* to = out.rgb.data();
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* row = image.rgb.data() + static_cast<std::size_t>(y) * row_bytes(image);
    for (const Window& window : columns) {
      std::int32_t red = 1 << (kPlaces - 1);
      std::int32_t green = red;
      std::int32_t blue = red;
      const std::uint8_t* from = row + window.first * kChannels;
      for (const std::int32_t weight : window.weights) {
        red += from[0] * weight;
        green += from[1] * weight;
        blue += from[2] * weight;
        from += kChannels;
      }
      *to++ = to_byte(red);
      *to++ = to_byte(green);
      *to++ = to_byte(blue);
    }
  }
  return out;
}

/// `rows` count from row `top` of what the image was cut from.
Image lowered(const Image& image, const std::vector<Window>& rows, std::size_t top) {
  Image out = blank({image.width, static_cast<int>(rows.size())});
  const std::size_t width = row_bytes(image);
  std::vector<std::int32_t> sums(width);
  std::uint8_t* to = out.rgb.data();
  for (const Window& window : rows) {
    std::fill(sums.begin(), sums.end(), 1 << (kPlaces - 1));
    const std::uint8_t* from = image.rgb.data() + (window.first - top) * width;
    for (const std::int32_t weight : window.weights) {
      for (std::size_t x = 0; x < width; ++x) sums[x] += from[x] * weight;
      from += width;
    }
    for (std::size_t x = 0; x < width; ++x) *to++ = to_byte(sums[x]);
  }
  return out;
}

/// Which of `from` pixels each of `to` takes: the sum of steps as Pillow adds them up, its rounding included.
std::vector<std::size_t> nearest_pixels(int from, int to) {
  const double step = static_cast<double>(from) / to;
  std::vector<std::size_t> out;
  double at = step * 0.5;
  for (int i = 0; i < to; ++i, at += step)
    out.push_back(static_cast<std::size_t>(std::min(static_cast<int>(at), from - 1)));
  return out;
}

Image nearest(const Image& image, PixelSize size) {
  const std::vector<std::size_t> columns = nearest_pixels(image.width, size.width);
  Image out = blank(size);
  std::uint8_t* to = out.rgb.data();
  for (const std::size_t y : nearest_pixels(image.height, size.height)) {
    const std::uint8_t* row = image.rgb.data() + y * row_bytes(image);
    for (const std::size_t x : columns) to = std::copy_n(row + x * kChannels, kChannels, to);
  }
  return out;
}

}  // namespace

Image resized(const Image& image, PixelSize size, Filter filter) {
  assert(image.width > 0 && image.height > 0 && size.width > 0 && size.height > 0);
  if (size == PixelSize{image.width, image.height}) return image;
  if (filter == Filter::nearest) return nearest(image, size);
  const Kernel kernel = kernel_of(filter);
  if (size.height == image.height) return narrowed(image, size.width, 0, image.height, kernel);
  const std::vector<Window> rows = windows(image.height, size.height, kernel);
  if (size.width == image.width) return lowered(image, rows, 0);
  // Pillow since 13: what loses more than twice as many rows as columns loses its rows first.
  const int fewer_rows = image.height - size.height;
  if (fewer_rows > 0 && fewer_rows > 2 * (image.width - size.width))
    return narrowed(lowered(image, rows, 0), size.width, 0, size.height, kernel);
  const Window& last = rows.back();
  const std::size_t top = rows.front().first;
  const int bottom = static_cast<int>(last.first + last.weights.size());
  return lowered(narrowed(image, size.width, static_cast<int>(top), bottom, kernel), rows, top);
}

Image cropped(const Image& image, int left, int top, PixelSize size) {
  assert(left >= 0 && top >= 0 && left + size.width <= image.width && top + size.height <= image.height);
  Image out = blank(size);
  const std::uint8_t* from =
      image.rgb.data() + static_cast<std::size_t>(top) * row_bytes(image) + static_cast<std::size_t>(left) * kChannels;
  std::uint8_t* to = out.rgb.data();
  for (int y = 0; y < size.height; ++y, from += row_bytes(image)) to = std::copy_n(from, row_bytes(out), to);
  return out;
}

PixelSize resized_to_shorter(PixelSize size, int shorter) {
  const auto longer = [&](int a, int b) { return static_cast<int>(static_cast<std::int64_t>(shorter) * a / b); };
  if (size.width <= size.height) return {shorter, longer(size.height, size.width)};
  return {longer(size.width, size.height), shorter};
}

PixelSize resized_to_longer(PixelSize size, int longer) {
  const double aspect = static_cast<double>(size.width) / size.height;
  const auto even = [](double length) {
    const auto whole = static_cast<int>(length);
    return std::max(1, whole + whole % 2);
  };
  if (size.width >= size.height) return {longer, even(longer / aspect)};
  return {even(longer * aspect), longer};
}

}  // namespace scotoma
