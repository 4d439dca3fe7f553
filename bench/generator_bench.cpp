// SPDX-License-Identifier: Apache-2.0
// Images a second of the embedded generator: batches against one by one, both precisions, 1 and 2 threads.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "scotoma/backend/registry.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/parallel.h"
#include "scotoma/core/seed.h"
#include "scotoma/study/read.h"

namespace scotoma {
namespace {

/// Arguments: batch, threads, 1 for bf16. Generates 32 images an iteration.
void generate_images(benchmark::State& state) {
  const std::filesystem::path root = SCOTOMA_SOURCE_DIR;
  auto study = read_study(root / "examples" / "world-skewed.toml");
  if (!study.ok()) return state.SkipWithError(study.error().message.c_str());
  study->generator.batch = static_cast<int>(state.range(0));
  study->engine.threads = static_cast<int>(state.range(1));
  study->engine.precision = state.range(2) == 1 ? Precision::bf16 : Precision::f32;
  auto models = load_models(*study);
  if (!models.ok()) return state.SkipWithError(models.error().message.c_str());

  constexpr std::size_t kImages = 32;
  std::vector<GenerationRequest> requests;
  for (std::size_t i = 0; i < kImages; ++i) {
    requests.push_back({"a photo of a fly on a flower", sample_seed(1, "bench", "fly", i)});
  }
  const auto batch = static_cast<std::size_t>(state.range(0));
  const CancelToken never;
  for (auto _ : state) {
    const auto done =
        run_parallel((kImages + batch - 1) / batch, study->engine.threads, never, [&](std::size_t i) -> Result<void> {
          const auto images =
              models->generator->generate(std::span(requests).subspan(i * batch, std::min(batch, kImages - i * batch)));
          return images.ok() ? Result<void>() : Result<void>(images.error());
        });
    if (!done.ok()) return state.SkipWithError(done.error().message.c_str());
  }
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kImages, benchmark::Counter::kIsRate);
}
BENCHMARK(generate_images)
    ->ArgNames({"batch", "threads", "bf16"})
    ->Args({1, 1, 0})
    ->Args({8, 1, 0})
    ->Args({8, 2, 0})
    ->Args({8, 2, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace scotoma
