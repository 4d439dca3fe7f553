// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/sdcpp/generator.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/load_trial.h"
#include "scotoma/backend/sdcpp/checkpoint.h"
#include "scotoma/backend/sdcpp/files.h"
#include "scotoma/backend/sdcpp/library.h"
#include "scotoma/core/hash.h"
#include "scotoma/study/options.h"

namespace scotoma {
namespace {

/// Raise it whenever our own code gives other images for the same request.
constexpr std::uint64_t kSdcppRevision = 1;

constexpr std::size_t kExamined = 4;  ///< images, the first of a run, that must not all be alike

class SdcppGenerator final : public Generator {
 public:
  SdcppGenerator(std::unique_ptr<Checkpoint> checkpoint, const GeneratorOptions& options, std::string fingerprint)
      : checkpoint_(std::move(checkpoint)), options_(options), fingerprint_(std::move(fingerprint)) {}

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return 1; }
  std::optional<std::size_t> concurrency() const override { return 1; }
  double engine_seconds() const override { return seconds_.load(); }
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override;

 private:
  Result<void> examine_first(const GenerationRequest& request, const Image& image);

  std::unique_ptr<Checkpoint> checkpoint_;
  GeneratorOptions options_;
  std::string fingerprint_;
  std::atomic<double> seconds_ = 0;
  std::mutex mutex_;  ///< around what follows
  std::vector<GenerationRequest> first_requests_;
  std::vector<Image> first_images_;
};

std::string SdcppGenerator::describe() const {
  return fmt::format("stable-diffusion.cpp {}, {}, {} ({}), {} steps, guidance {}, {} x {}, {}", Checkpoint::version(),
                     checkpoint_->family(), checkpoint_->sampler(), checkpoint_->schedule(), options_.steps,
                     options_.guidance, options_.sdcpp.width, options_.sdcpp.height, checkpoint_->devices());
}

Result<std::vector<Image>> SdcppGenerator::generate(std::span<const GenerationRequest> requests) {
  std::vector<Image> images;
  for (const GenerationRequest& request : requests) {
    const auto begin = std::chrono::steady_clock::now();
    SCOTOMA_ASSIGN_OR_RETURN(Image image, checkpoint_->generate(request));
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    SCOTOMA_RETURN_IF_ERROR(examine_first(request, image));
    images.push_back(std::move(image));
  }
  return images;
}

/// The library makes one colour of NaN and says nothing.
Result<void> SdcppGenerator::examine_first(const GenerationRequest& request, const Image& image) {
  const std::lock_guard lock(mutex_);
  if (first_images_.size() >= kExamined) return {};
  first_requests_.push_back(request);
  first_images_.push_back(image);
  if (first_images_.size() < kExamined) return {};
  return check_generated(checkpoint_name(options_).string(), first_requests_, first_images_);
}

Study study_with(const GeneratorOptions& options) {
  Study study;
  study.generator = options;
  return study;
}

/// Whether it is one of the generator's that changes what is seen in its images. Files count by their content.
bool changes_images(const Option& option, const Study& study) {
  return option.table.starts_with("generator") && is_read(option, study) && option.key != "offload" &&
         !std::holds_alternative<Field<std::filesystem::path>>(option.target);
}

/// Of files and options, before anything is loaded.
Result<std::string> hash_of_request(const GeneratorOptions& options) {
  SCOTOMA_RETURN_IF_ERROR(SdcppLibrary::open());
  SCOTOMA_ASSIGN_OR_RETURN(const auto files, checkpoint_files(options));
  Hasher hasher;
  hasher.field("sdcpp").field(kSdcppRevision).field("generator").field(Checkpoint::version());
  for (const CheckpointFile& file : files) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string hash, sha256_of_file(file.path));
    hasher.field(file.key).field(file.path.filename().string()).field(hash);
  }
  const Study study = study_with(options);
  for (const Option& option : scotoma::options()) {
    if (changes_images(option, study)) hasher.field(option.key).field(value_text(option, study));
  }
  return hasher.hex();
}

/// And of what they run on.
std::string fingerprint_of(const std::string& request, const Checkpoint& checkpoint, const std::string& processor) {
  const char* chosen = std::getenv("SD_VK_DEVICE");  // the library's own way to choose a GPU
  Hasher hasher;
  hasher.field(request).field(processor).field(checkpoint.devices()).field(chosen == nullptr ? "" : chosen);
  hasher.field(checkpoint.sampler()).field(checkpoint.schedule());
  return hasher.hex();
}

/// The generator's options as a study file, for the process that tries them.
std::string as_toml(const GeneratorOptions& options) {
  const Study study = study_with(options);
  std::string text;
  for (const Option& option : scotoma::options()) {
    if (!option.table.starts_with("generator") || !is_read(option, study)) continue;
    const std::string value = value_text(option, study);
    if (value != "\"\"") text += fmt::format("{}.{} = {}\n", option.table, option.key, value);
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Generator>> load_sdcpp_generator(const GeneratorOptions& options, const SdcppHost& host) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string request, hash_of_request(options));
  if (host.trial != nullptr)
    SCOTOMA_RETURN_IF_ERROR(host.trial->pass_generator(as_toml(options), checkpoint_name(options), request));
  SCOTOMA_ASSIGN_OR_RETURN(auto checkpoint, Checkpoint::load(options, host.threads));
  std::string fingerprint = fingerprint_of(request, *checkpoint, host.processor);
  return std::unique_ptr<Generator>(
      std::make_unique<SdcppGenerator>(std::move(checkpoint), options, std::move(fingerprint)));
}

Result<void> try_sdcpp_generator(const GeneratorOptions& options, int threads) {
  GeneratorOptions quick = options;
  quick.steps = 1;
  SCOTOMA_ASSIGN_OR_RETURN(const auto checkpoint, Checkpoint::load(quick, threads));
  const auto image = checkpoint->generate({"a photo of a fly on a flower", 1});
  return image.ok() ? Result<void>() : Result<void>(image.error());
}

}  // namespace scotoma
