// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/python_roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "scotoma/backend/health.h"

namespace scotoma {
namespace {

constexpr int kTestSide = 224;      // pixels, of images that a role is tried on
constexpr double kLevelsApart = 4;  // of 255, on average: an image that is another one, not one that is rounded

Error no_python(std::string_view role) {
  return bad_input(
      fmt::format("{}.kind is \"python\", and this program runs no Python: install the package, `pip install scotoma`, "
                  "and use the `scotoma` command that comes with it",
                  role));
}

Result<void> examine_answers(const std::string& object, const char* input, std::size_t batch, const AskTest& ask) {
  Examined examined{object, input, std::clamp<std::size_t>(batch, 1, kTestInputs)};
  examined.bf16 = true;  // what an object computes in is not known here
  const auto rows = examine(examined, ask);
  if (!rows.ok()) return rows.error();
  return {};
}

std::vector<Image> images_of(std::span<const std::size_t> which) {
  const auto all = test_images(kTestSide, kTestSide);
  std::vector<Image> images;
  for (const std::size_t one : which) images.push_back(all[one]);
  return images;
}

/// Mean difference of two images, in levels; 255 where their sizes differ.
double levels_apart(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.rgb.empty()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(int{a.rgb[i]} - int{b.rgb[i]});
  return sum / static_cast<double>(a.rgb.size());
}

/// A generator whose first answers are examined, and all of whose answers are looked at.
class ExaminedGenerator final : public Generator {
 public:
  ExaminedGenerator(std::unique_ptr<Generator> generator, std::string object)
      : generator_(std::move(generator)), object_(std::move(object)) {}

  std::string fingerprint() const override { return generator_->fingerprint(); }
  std::string describe() const override { return generator_->describe(); }
  std::size_t batch() const override { return generator_->batch(); }
  std::optional<std::size_t> concurrency() const override { return generator_->concurrency(); }
  std::string needs() const override { return generator_->needs(); }
  double engine_seconds() const override { return generator_->engine_seconds(); }

  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    SCOTOMA_RETURN_IF_ERROR(examine());
    SCOTOMA_ASSIGN_OR_RETURN(auto images, generator_->generate(requests));
    SCOTOMA_RETURN_IF_ERROR(check_generated(object_, requests, images));
    return images;
  }

  /// Others that come meanwhile wait.
  Result<void> examine() override {
    const std::lock_guard lock(examining_);
    if (!examined_) examined_ = examine_once();
    return *examined_;
  }

 private:
  /// One request among others and alone or, where it never has company, twice.
  Result<void> examine_once() {
    const auto prompts = test_texts();
    const std::vector<GenerationRequest> two = {{prompts[0], 1}, {prompts[1], 2}};
    const bool alone = generator_->batch() == 1;
    SCOTOMA_ASSIGN_OR_RETURN(const auto first, generator_->generate(std::span(two).first(alone ? 1 : 2)));
    SCOTOMA_ASSIGN_OR_RETURN(const auto again, generator_->generate(std::span(two).first(1)));
    if (levels_apart(first.front(), again.front()) <= kLevelsApart) return {};
    return bad_input(fmt::format(
        "{}: prompt '{}' with seed 1 gives another image {} (it must be a function of prompt and seed): give each "
        "image noise of its own, made from its seed{}",
        object_, prompts[0], alone ? "when it is asked again" : "alone than among others",
        alone ? "" : "; or, if the model looks at the whole batch, set batch = 1"));
  }

  std::unique_ptr<Generator> generator_;
  std::string object_;
  std::mutex examining_;
  std::optional<Result<void>> examined_;
};

}  // namespace

Result<std::unique_ptr<Generator>> load_python_generator(PythonRoles* roles, const GeneratorOptions& options) {
  if (roles == nullptr) return no_python("generator");
  SCOTOMA_ASSIGN_OR_RETURN(auto generator, roles->generator(options.object));
  return std::unique_ptr<Generator>(std::make_unique<ExaminedGenerator>(std::move(generator), options.object));
}

Result<std::unique_ptr<Classifier>> load_python_classifier(PythonRoles* roles, const ClassifierOptions& options) {
  if (roles == nullptr) return no_python("classifier");
  SCOTOMA_ASSIGN_OR_RETURN(auto classifier, roles->classifier(options.object));
  SCOTOMA_RETURN_IF_ERROR(
      examine_answers(options.object, "an image", classifier->batch(),
                      [&](std::span<const std::size_t> which) { return classifier->probabilities(images_of(which)); }));
  return classifier;
}

Result<std::unique_ptr<Captioner>> load_python_captioner(PythonRoles* roles, const CaptionerOptions& options) {
  if (roles == nullptr) return no_python("captioner");
  return roles->captioner(options.object);
}

Result<std::unique_ptr<Embedder>> load_python_embedder(PythonRoles* roles, const EmbedderOptions& options) {
  if (roles == nullptr) return no_python("embedder");
  SCOTOMA_ASSIGN_OR_RETURN(auto embedder, roles->embedder(options.object));
  SCOTOMA_RETURN_IF_ERROR(
      examine_answers(options.object, "an image", embedder->batch(),
                      [&](std::span<const std::size_t> which) { return embedder->embed_images(images_of(which)); }));
  const auto all = test_texts();
  SCOTOMA_RETURN_IF_ERROR(
      examine_answers(options.object, "a text", embedder->batch(), [&](std::span<const std::size_t> which) {
        std::vector<std::string> texts;
        for (const std::size_t one : which) texts.push_back(all[one]);
        return embedder->embed_texts(texts);
      }));
  return embedder;
}

Result<std::unique_ptr<Judge>> load_python_judge(PythonRoles* roles, const JudgeOptions& options) {
  if (roles == nullptr) return no_python("judge");
  return roles->judge(options.object, options.threshold);
}

}  // namespace scotoma
