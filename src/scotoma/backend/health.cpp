// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

// Shares of the answers' size. One engine answers one question with the same bits, so that chance shows in any
// difference; the slack is for engines whose threads add in any order. Other company may take the engine through other
// kernels, which add in another order: in f32 (unit 6e-8) that comes to 1e-5 of the size after a hundred layers, in
// bf16 (unit 4e-3) to 1e-2. The faults looked for change answers by tenths.
constexpr double kChance = 1e-5;
constexpr double kRoundingF32 = 1e-3;
constexpr double kRoundingBf16 = 5e-2;
constexpr double kSame = 1e-6;  ///< answers to different inputs that are as close as this are one answer
constexpr float kSaturated = 0.9F;

/// The largest difference between numbers at one place; infinite where the lengths differ or one is not a number.
double apart(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    most = std::max(most, std::isnan(gap) ? HUGE_VAL : gap);
  }
  return most;
}

double apart(const Rows& a, const Rows& b) {
  double most = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, apart(a[i], b[i]));
  return most;
}

/// How far the numbers lie from their mean, at most; at least a thousandth of the largest, which is as fine as sums are
/// rounded where all are alike.
double size_of(const Rows& rows) {
  double sum = 0;
  double count = 0;
  for (const auto& row : rows) {
    sum = std::accumulate(row.begin(), row.end(), sum);
    count += static_cast<double>(row.size());
  }
  double size = 0;
  for (const auto& row : rows) {
    for (const float v : row) {
      size =
          std::max({size, std::fabs(static_cast<double>(v) - sum / count), 1e-3 * std::fabs(static_cast<double>(v))});
    }
  }
  return size;
}

bool saturated(std::span<const float> row) {
  const bool bounded = std::all_of(row.begin(), row.end(), [](float v) { return v >= 0 && v <= 1; });
  return bounded && std::any_of(row.begin(), row.end(), [](float v) { return v > kSaturated; });
}

/// Asks in batches.
Result<Rows> ask_all(const Examined& network, const AskTest& ask, const std::vector<std::size_t>& which) {
  Rows rows;
  for (std::size_t at = 0; at < which.size(); at += network.batch) {
    auto some = ask(std::span(which).subspan(at, std::min(network.batch, which.size() - at)));
    if (!some.ok()) return bad_input(some.error().message);
    std::move(some->begin(), some->end(), std::back_inserter(rows));
  }
  if (rows.size() == which.size()) return rows;
  return bad_input(fmt::format("{}: gives {} answers to {} questions", network.subject, rows.size(), which.size()));
}

std::string in_bf16(const Examined& network) { return network.bf16 ? "; or set precision = \"f32\" in [engine]" : ""; }

Error random_error(const Examined& network) {
  return bad_input(fmt::format(
      "{}: gives different answers when it is asked the same twice; most likely it was exported with dropout "
      "in training mode: export it for inference (in PyTorch, call model.eval() first)",
      network.subject));
}

/// `alone`: the answer where the input fills the batch, `together`: among others.
Error company_error(const Examined& network, std::span<const float> alone, std::span<const float> together) {
  const auto share = 1 / static_cast<float>(network.batch);
  const bool shared = std::all_of(alone.begin(), alone.end(), [&](float v) { return std::fabs(v - share) < 1e-3F; });
  const std::string cause =
      shared ? "a softmax over the batch (axis 0) instead of the classes: export it with axis 1"
             : "batch normalisation in training mode: export it for inference (in PyTorch, call model.eval() first)";
  return bad_input(
      fmt::format("{}: its answer to {} depends on what else is in the batch ({:.3g} apart, alone and among others); "
                  "most likely {}{}",
                  network.subject, network.input, apart(alone, together), cause, in_bf16(network)));
}

Error same_error(const Examined& network) {
  return bad_input(
      fmt::format("{}: gives one answer to {} very different inputs, each {}: it does not look at them. Most likely a "
                  "number inside it is out of range (the engine turns NaN into a number at the first ReLU), a weight "
                  "is missing, or mean and std do not fit; export it in f32, and try it where it was trained{}",
                  network.subject, network.inputs, network.input, in_bf16(network)));
}

bool one_colour(const Image& image) {
  for (std::size_t i = 3; i < image.rgb.size(); ++i) {
    if (image.rgb[i] != image.rgb[i - 3]) return false;
  }
  return true;
}

void add_pixel(Image& image, double red, double green, double blue) {
  for (const double v : {red, green, blue}) {
    image.rgb.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(v), 0L, 255L)));
  }
}

/// The first test input alone, in every place of its batch, against its answer among others.
Result<void> compare_with_company(const Examined& network, const AskTest& ask, const Rows& together) {
  const std::vector<std::size_t> first(network.batch, 0);
  const Rows wanted(network.batch, together[0]);
  SCOTOMA_ASSIGN_OR_RETURN(Rows alone, ask_all(network, ask, first));
  if (apart(alone, wanted) == 0) return {};
  const double size = size_of(together);
  std::vector<std::size_t> all(network.inputs);
  std::iota(all.begin(), all.end(), std::size_t{0});
  SCOTOMA_ASSIGN_OR_RETURN(const Rows again, ask_all(network, ask, all));
  if (network.batch == 1 || apart(again, together) > kChance * size) return random_error(network);
  const double rounding = (network.bf16 ? kRoundingBf16 : kRoundingF32) * size;
  if (apart(alone, wanted) <= rounding) return {};
  // What depends on company does so every time. An engine that computed one batch wrongly (seen once in some thousand
  // loads, in f32) is not the network's fault.
  SCOTOMA_ASSIGN_OR_RETURN(alone, ask_all(network, ask, first));
  if (apart(alone, wanted) <= rounding) return {};
  const auto nearer = [&](const auto& a, const auto& b) { return apart(a, together[0]) < apart(b, together[0]); };
  return company_error(network, *std::max_element(alone.begin(), alone.end(), nearer), together[0]);
}

}  // namespace

bool all_finite(std::span<const float> row) {
  return std::all_of(row.begin(), row.end(), [](float v) { return std::isfinite(v); });
}

Result<Rows> examine(const Examined& network, const AskTest& ask) {
  std::vector<std::size_t> all(network.inputs);
  std::iota(all.begin(), all.end(), std::size_t{0});
  SCOTOMA_ASSIGN_OR_RETURN(Rows together, ask_all(network, ask, all));
  if (!std::all_of(together.begin(), together.end(), [](const auto& row) { return all_finite(row); })) return together;
  SCOTOMA_RETURN_IF_ERROR(compare_with_company(network, ask, together));
  const double size = size_of(together);
  const bool same = apart(together, Rows(together.size(), together[0])) <= kSame * size;
  if (same && !saturated(together[0])) return same_error(network);
  return together;
}

Result<void> check_generated(const std::string& subject, std::span<const GenerationRequest> requests,
                             std::span<const Image> images) {
  if (images.size() < 2) return {};
  const bool plain = std::all_of(images.begin(), images.end(), one_colour);
  const bool alike =
      std::all_of(images.begin(), images.end(), [&](const Image& image) { return image == images[0]; }) &&
      std::any_of(requests.begin(), requests.end(),
                  [&](const GenerationRequest& request) { return request != requests[0]; });
  if (!plain && !alike) return {};
  return failed(fmt::format(
      "{}: generated {} images that are all {}, the first for prompt '{}', seed {}; most likely a number inside it "
      "is out of range (the engine turns NaN into a number): set precision = \"f32\" in [engine], or export "
      "it in f32",
      subject, images.size(), plain ? "of one colour" : "the same image", requests[0].prompt, requests[0].seed));
}

std::vector<Image> test_images(int width, int height) {
  std::vector<Image> out(kTestInputs, Image{width, height, {}});
  Philox noise(1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double across = (x + 0.5) / width;
      const double grain = 40 * (noise.uniform() - 0.5);
      add_pixel(out[0], 255 * across + grain, 60 + grain, 255 * (1 - across) + grain);  // red to blue, with grain
      add_pixel(out[1], 128, 128, 128);
      add_pixel(out[2], 20, y * 8 / height % 2 == 0 ? 90 : 30, 25);  // dark green stripes
      add_pixel(out[3], 235 + grain, 205, 90 - grain);               // bright sand
    }
  }
  return out;
}

std::vector<std::string> test_texts() {
  return {"a photo of a cat on the grass", "a red car", "two people in the snow at night", "text"};
}

}  // namespace scotoma
