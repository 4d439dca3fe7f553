// SPDX-License-Identifier: Apache-2.0
// Our resize against the engine's on the same images: one thread, 32 images an iteration.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>
#include <vector>

#include "scotoma/image/resize.h"

namespace scotoma {
namespace {

constexpr int kImages = 32;

Image test_image(int side) {
  Image image{side, side, {}};
  for (std::int64_t k = 0; k < std::int64_t{3} * side * side; ++k)
    image.rgb.push_back(static_cast<std::uint8_t>((k * k * 37 + k * 101) % 65521 % 256));
  return image;
}

/// Arguments: side before, side after, Pillow's number of the filter.
void ours(benchmark::State& state) {
  const Image from = test_image(static_cast<int>(state.range(0)));
  const int side = static_cast<int>(state.range(1));
  const auto filter = static_cast<Filter>(state.range(2));
  for (auto _ : state) {
    for (int i = 0; i < kImages; ++i) benchmark::DoNotOptimize(resized(from, {side, side}, filter).rgb.data());
  }
}

/// The preprocessing step of the engine that is nearest to Pillow, in front of a network that does nothing.
ov::InferRequest engine_resize(std::size_t from, std::size_t to, bool cubic) {
  const ov::Shape shape{1, to, to, 3};
  const auto input = std::make_shared<ov::op::v0::Parameter>(ov::element::u8, shape);
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{std::make_shared<ov::op::v0::Result>(input)},
                                                 ov::ParameterVector{input});
  using ov::preprocess::ResizeAlgorithm;
  ov::preprocess::PrePostProcessor graph(model);
  graph.input().tensor().set_shape({1, static_cast<std::int64_t>(from), static_cast<std::int64_t>(from), 3});
  graph.input().tensor().set_layout("NHWC");
  graph.input().model().set_layout("NHWC");
  graph.input().preprocess().resize(
      cubic ? ResizeAlgorithm::RESIZE_BICUBIC_PILLOW : ResizeAlgorithm::RESIZE_BILINEAR_PILLOW, to, to);
  ov::Core core;
  return core.compile_model(graph.build(), "CPU", ov::inference_num_threads(1), ov::num_streams(1))
      .create_infer_request();
}

void engines(benchmark::State& state) {
  const Image from = test_image(static_cast<int>(state.range(0)));
  auto request = engine_resize(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)),
                               static_cast<Filter>(state.range(2)) == Filter::bicubic);
  for (auto _ : state) {
    for (int i = 0; i < kImages; ++i) {
      std::copy(from.rgb.begin(), from.rgb.end(), request.get_input_tensor().data<std::uint8_t>());
      request.infer();
      benchmark::DoNotOptimize(request.get_output_tensor().data());
    }
  }
}

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int filter : {2, 3}) bench->Args({512, 224, filter})->Args({64, 224, filter});
  bench->ArgNames({"from", "to", "filter"})->Unit(benchmark::kMillisecond);
}
BENCHMARK(ours)->Apply(sizes);
BENCHMARK(engines)->Apply(sizes);

}  // namespace
}  // namespace scotoma
