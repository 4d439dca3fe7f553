// SPDX-License-Identifier: Apache-2.0
// scotoma_stream FOLDER SIDE STEPS GUIDANCE BATCH THREADS IMAGES CACHES: a stream of images, each of a prompt of its
// own, from a folder of an OpenVINO text-to-image model, as a run generates them. Prints "first" once a first image is
// there, then images a second of the rest.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "scotoma/backend/openvino/load_trial.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/parallel.h"

namespace {

using namespace scotoma;  // NOLINT(google-build-using-namespace)

Result<void> generate(Generator& generator, std::size_t first, std::size_t count, const EngineOptions& engine,
                      std::size_t batch) {
  std::vector<GenerationRequest> requests;
  for (std::size_t i = 0; i < count; ++i)
    requests.push_back({fmt::format("a photo of a fly, number {}", first + i), first + i});
  const CancelToken never;
  return run_parallel(
      (count + batch - 1) / batch, thread_count(engine.threads), never, [&](std::size_t i) -> Result<void> {
        const auto images =
            generator.generate(std::span(requests).subspan(i * batch, std::min(batch, count - i * batch)));
        return images.ok() ? Result<void>() : Result<void>(images.error());
      });
}

Result<void> stream(char** arguments) {
  GeneratorOptions options;
  options.model = arguments[1];
  options.width = options.height = std::atoi(arguments[2]);
  options.steps = std::atoi(arguments[3]);
  options.guidance = std::atof(arguments[4]);
  options.batch = std::atoi(arguments[5]);
  EngineOptions engine;
  engine.threads = std::atoi(arguments[6]);
  const auto count = static_cast<std::size_t>(std::atoi(arguments[7]));
  const std::filesystem::path caches = arguments[8];
  engine.cache = caches / "engine";
  engine.trial = std::make_shared<LoadTrial>(LoadTrial::Options{
      .command = {(std::filesystem::path(arguments[0]).parent_path() / "scotoma").string(), "try-loading"},
      .memory = caches / "loaded.txt"});
  SCOTOMA_ASSIGN_OR_RETURN(const auto generator, load_generator(options, engine));
  const std::size_t batch = std::max<std::size_t>(1, generator->batch());
  SCOTOMA_RETURN_IF_ERROR(generate(*generator, 0, 1, engine, batch));
  fmt::print("first\n");
  std::fflush(stdout);
  const auto begin = std::chrono::steady_clock::now();
  SCOTOMA_RETURN_IF_ERROR(generate(*generator, 1, count, engine, batch));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (count > 0) fmt::print("{}\n", static_cast<double>(count) / took.count());
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 9) {
    fmt::print(stderr, "scotoma_stream FOLDER SIDE STEPS GUIDANCE BATCH THREADS IMAGES CACHES\n");
    return 2;
  }
  const auto done = stream(arguments);
  if (!done.ok()) fmt::print(stderr, "{}\n", done.error().message);
  return done.ok() ? 0 : 1;
}
