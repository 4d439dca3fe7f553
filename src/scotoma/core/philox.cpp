// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/philox.h"

#include <cmath>
#include <cstddef>

namespace scotoma {
namespace {

std::array<std::uint32_t, 2> key_of(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

PhiloxBlock counter_of(std::uint64_t block, std::uint64_t stream) {
  return {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
          static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
}

/// Midpoint of the number's cell in (0, 1): never 0 or 1.
double to_unit(std::uint32_t number) { return (static_cast<double>(number) + 0.5) * 0x1p-32; }

/// Natural logarithm by 2 atanh((m-1)/(m+1)); relative error below 1e-15 on (0, 1).
double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752440) {
    m *= 2;
    --exponent;
  }
  const double z = (m - 1) / (m + 1);
  const double z2 = z * z;
  double sum = 0;
  for (int k = 27; k >= 1; k -= 2) sum = sum * z2 + 1.0 / k;
  return 2 * z * sum + exponent * 0.69314718055994530942;
}

double ratio(double r, const std::array<double, 8>& top, const std::array<double, 8>& bottom) {
  double a = top[7];
  double b = bottom[7];
  for (int i = 6; i >= 0; --i) {
    a = a * r + top[static_cast<std::size_t>(i)];
    b = b * r + bottom[static_cast<std::size_t>(i)];
  }
  return a / b;
}

// Coefficients of AS 241, Applied Statistics 37 (1988), 477-484.
constexpr std::array<double, 8> kCentreTop = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                              1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                              3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr std::array<double, 8> kCentreBottom = {1.0,
                                                 4.2313330701600911252e1,
                                                 6.8718700749205790830e2,
                                                 5.3941960214247511077e3,
                                                 2.1213794301586595867e4,
                                                 3.9307895800092710610e4,
                                                 2.8729085735721942674e4,
                                                 5.2264952788528545610e3};
constexpr std::array<double, 8> kMiddleTop = {
    1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,  3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array<double, 8> kMiddleBottom = {1.0,
                                                 2.05319162663775882187e0,
                                                 1.67638483018380384940e0,
                                                 6.89767334985100004550e-1,
                                                 1.48103976427480074590e-1,
                                                 1.51986665636164571966e-2,
                                                 5.47593808499534494600e-4,
                                                 1.05075007164441684324e-9};
constexpr std::array<double, 8> kTailTop = {
    6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array<double, 8> kTailBottom = {1.0,
                                               5.99832206555887937690e-1,
                                               1.36929880922735805310e-1,
                                               1.48753612908506148525e-2,
                                               7.86869131145613259100e-4,
                                               1.84631831751005468180e-5,
                                               1.42151175831644588870e-7,
                                               2.04426310338993978564e-15};

}  // namespace

PhiloxBlock philox4x32(const PhiloxBlock& counter, const std::array<std::uint32_t, 2>& key) {
  PhiloxBlock c = counter;
  std::array<std::uint32_t, 2> k = key;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
    k[0] += 0x9E3779B9;
    k[1] += 0xBB67AE85;
  }
  return c;
}

double normal_quantile(double u) {
  const double q = u - 0.5;
  if (std::fabs(q) <= 0.425) return q * ratio(0.180625 - q * q, kCentreTop, kCentreBottom);
  const double r = std::sqrt(-portable_log(q < 0 ? u : 1 - u));
  const double x = r <= 5 ? ratio(r - 1.6, kMiddleTop, kMiddleBottom) : ratio(r - 5, kTailTop, kTailBottom);
  return q < 0 ? -x : x;
}

void fill_normal(std::uint64_t seed, std::uint64_t stream, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); i += 4) {
    const PhiloxBlock block = philox4x32(counter_of(i / 4, stream), key_of(seed));
    for (std::size_t j = 0; j < 4 && i + j < out.size(); ++j) {
      out[i + j] = static_cast<float>(normal_quantile(to_unit(block[j])));
    }
  }
}

std::uint32_t Philox::next() {
  if (left_ == 0) {
    block_ = philox4x32(counter_of(counter_++, stream_), key_of(seed_));
    left_ = 4;
  }
  return block_[static_cast<std::size_t>(4 - left_--)];
}

double Philox::uniform() { return to_unit(next()); }

std::uint32_t Philox::below(std::uint32_t bound) {
  const std::uint32_t limit = UINT32_MAX - UINT32_MAX % bound;  // numbers at or above it would favour small results
  std::uint32_t number = next();
  while (number >= limit) number = next();
  return number % bound;
}

}  // namespace scotoma
