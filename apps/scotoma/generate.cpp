// SPDX-License-Identifier: Apache-2.0
// scotoma generate STUDY PROMPT --seed N: an image of a run again, or one that no run asked for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>

#include "scotoma/backend/registry.h"
#include "scotoma/core/file.h"
#include "scotoma/core/letters.h"
#include "scotoma/core/parallel.h"
#include "scotoma/session/session.h"
#include "scotoma/wording/words.h"
#include "seed_option.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

struct GenerateArguments : StudyArguments {
  std::string prompt;
  std::uint64_t seed = 0;
  int count = 1;
  fs::path to;
};

struct Wanted {
  GenerationRequest request;
  fs::path file;
};

/// Whether --to names the one image itself. Errors: bad_input for names that promise another format.
Result<bool> names_image(const fs::path& to) {
  std::error_code ignored;
  if (fs::is_directory(to, ignored) || !to.has_filename()) return false;
  const std::string ending = small_ascii(to.extension().string());
  for (const char* other : {".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}) {
    if (ending == other)
      return bad_input(fmt::format("--to {}: images are written as PNG; name a .png file, or a folder", to.string()));
  }
  return ending == ".png";
}

/// Each image with its place, where nothing may be yet.
Result<std::vector<Wanted>> wanted_images(const GenerateArguments& arguments) {
  const auto more = static_cast<std::uint64_t>(arguments.count - 1);
  if (more > std::numeric_limits<std::uint64_t>::max() - arguments.seed)
    return bad_input(fmt::format("--count {}: there are not so many seeds behind {}", arguments.count, arguments.seed));
  SCOTOMA_ASSIGN_OR_RETURN(const bool one, names_image(arguments.to));
  if (one && more > 0) {
    return bad_input(
        fmt::format("--to {}: one file for {} images; name a folder, in which each is called after its seed",
                    arguments.to.string(), arguments.count));
  }
  std::vector<Wanted> wanted;
  for (std::uint64_t i = 0; i <= more; ++i) {
    const std::uint64_t seed = arguments.seed + i;
    wanted.push_back({{arguments.prompt, seed}, one ? arguments.to : arguments.to / fmt::format("{}.png", seed)});
    SCOTOMA_RETURN_IF_ERROR(check_new(wanted.back().file));
  }
  return wanted;
}

Result<void> make_place(const fs::path& file) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (!error) return {};
  return bad_input(fmt::format("{}: cannot be written ({}); give another place with --to", file.parent_path().string(),
                               error.message()));
}

/// One batch of the generator's, on one thread: then the bits are those of a run.
Result<void> generate_batch(Generator& generator, std::span<const Wanted> batch) {
  std::vector<GenerationRequest> requests;
  for (const Wanted& each : batch) requests.push_back(each.request);
  SCOTOMA_ASSIGN_OR_RETURN(const auto images, generator.generate(requests));
  for (std::size_t i = 0; i < images.size(); ++i) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto png, encode_png(images[i]));
    SCOTOMA_RETURN_IF_ERROR(write_new(batch[i].file, {reinterpret_cast<const char*>(png.data()), png.size()}));
  }
  return {};
}

Result<void> generate(const GenerateArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_ASSIGN_OR_RETURN(const auto wanted, wanted_images(arguments));
  SCOTOMA_ASSIGN_OR_RETURN(const Study study, open_finished_study(arguments));
  SCOTOMA_ASSIGN_OR_RETURN(const auto generator, load_generator(study.generator, study.engine));
  SCOTOMA_RETURN_IF_ERROR(make_place(wanted.front().file));
  const std::size_t size = std::max<std::size_t>(1, generator->batch());
  StderrProgress progress(arguments.progress);
  progress.on(StageBegan{Stage::generate});
  progress.on(StepBegan{fmt::format("generating {}", counted(arguments.count, "image"))});
  std::mutex mutex;
  std::size_t done = 0;
  const auto job = [&](std::size_t index) -> Result<void> {
    const std::span batch = std::span(wanted).subspan(index * size, std::min(size, wanted.size() - index * size));
    SCOTOMA_RETURN_IF_ERROR(generate_batch(*generator, batch));
    const std::lock_guard lock(mutex);
    done += batch.size();
    progress.on(WorkAdvanced{done, wanted.size(), WorkUnit::images});
    return {};
  };
  return run_parallel((wanted.size() + size - 1) / size, thread_count(study.engine.threads), cancel, job);
}

Result<void> run_generate(const GenerateArguments& arguments) {
  SCOTOMA_RETURN_IF_ERROR(generate(arguments));
  say("{}: {}\n", arguments.to.string(), counted(arguments.count, "image"));
  return {};
}

}  // namespace

void add_generate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<GenerateArguments>();
  auto* verb = app.add_subcommand("generate", "generate the image of a prompt and a seed, as the study's runs do");
  add_finished_study(*verb, *arguments);
  verb->add_option("PROMPT", arguments->prompt, "the whole prompt, as a report or `scotoma show` gives it")->required();
  add_seed(
      *verb, std::numeric_limits<std::uint64_t>::max(), [arguments](std::uint64_t seed) { arguments->seed = seed; },
      "the image's seed, as a report or an export gives it")
      ->required();
  verb->add_option("--count", arguments->count, "that many images, of this seed and those that follow it")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  verb->add_option(
          "--to", arguments->to,
          "the image's file (.png), or a folder, in which each is called after its seed; nothing is overwritten")
      ->type_name("FILE")
      ->required();
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  verb->footer(
      "The same prompt and seed give the same file, byte for byte, as in a run of the study with the same generator. "
      "No other model is loaded, and nothing is remembered.");
  verb->callback([&run, arguments] { run = [arguments] { return run_generate(*arguments); }; });
}

}  // namespace scotoma
