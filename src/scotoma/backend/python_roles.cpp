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

constexpr double kLevelsApart = 4;  // of 255, on average: an image that is another one, not one that is rounded

Error no_python(std::string_view role) {
  return bad_input(
      fmt::format("{}.kind is \"python\", and this program runs no Python: install the package, `pip install scotoma`, "
                  "and use the `scotoma` command that comes with it",
                  role));
}

/// Test images of the size that is really asked about: an object may take no other.
std::vector<Image> images_of(std::span<const std::size_t> which, const Image& like) {
  const auto all = test_images(like.width, like.height);
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

/// Says of itself what the role inside says, and examines it before its first answer; others that come meanwhile wait.
template <class Base>
class ExaminedRole : public Base {
 public:
  ExaminedRole(std::unique_ptr<Base> role, std::string object) : role_(std::move(role)), object_(std::move(object)) {}

  std::string fingerprint() const override { return role_->fingerprint(); }
  std::string describe() const override { return role_->describe(); }
  std::size_t batch() const override { return role_->batch(); }
  std::optional<std::size_t> concurrency() const override { return role_->concurrency(); }
  std::string needs() const override { return role_->needs(); }
  double engine_seconds() const override { return role_->engine_seconds(); }

 protected:
  template <class Examine>
  Result<void> examined_once(Examine examine) {
    const std::lock_guard lock(examining_);
    if (!examined_) examined_ = examine();
    return *examined_;
  }

  Result<void> examine_answers(const char* input, const AskTest& ask) const {
    Examined examined{object_, input, std::clamp<std::size_t>(role_->batch(), 1, kTestInputs)};
    examined.bf16 = true;  // what an object computes in is not known here
    std::optional<Error> own;
    const auto rows = scotoma::examine(examined, [&](std::span<const std::size_t> which) {
      auto answers = ask(which);
      if (!answers.ok()) own = answers.error();
      return answers;
    });
    if (own) return *own;  // what it raised, as it is
    return rows.ok() ? Result<void>() : Result<void>(rows.error());
  }

  std::unique_ptr<Base> role_;
  std::string object_;

 private:
  std::mutex examining_;
  std::optional<Result<void>> examined_;
};

class ExaminedClassifier final : public ExaminedRole<Classifier> {
 public:
  using ExaminedRole::ExaminedRole;

  const std::vector<std::string>& class_names() const override { return role_->class_names(); }

  Result<std::vector<Prediction>> classify(std::span<const Image> images) override {
    SCOTOMA_RETURN_IF_ERROR(examine(images));
    return role_->classify(images);
  }

  Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) override {
    SCOTOMA_RETURN_IF_ERROR(examine(images));
    return role_->probabilities(images);
  }

 private:
  Result<void> examine(std::span<const Image> images) {
    return examined_once([&] {
      return examine_answers("an image", [&](std::span<const std::size_t> which) {
        return role_->probabilities(images_of(which, images.front()));
      });
    });
  }
};

class ExaminedEmbedder final : public ExaminedRole<Embedder> {
 public:
  using ExaminedRole::ExaminedRole;

  Result<std::vector<std::vector<float>>> embed_images(std::span<const Image> images) override {
    SCOTOMA_RETURN_IF_ERROR(examined_once([&] {
      return examine_answers("an image", [&](std::span<const std::size_t> which) {
        return role_->embed_images(images_of(which, images.front()));
      });
    }));
    return role_->embed_images(images);
  }

  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts) override {
    return role_->embed_texts(texts);
  }
};

/// All of whose answers are looked at, too.
class ExaminedGenerator final : public ExaminedRole<Generator> {
 public:
  using ExaminedRole::ExaminedRole;

  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    SCOTOMA_RETURN_IF_ERROR(examine());
    SCOTOMA_ASSIGN_OR_RETURN(auto images, role_->generate(requests));
    SCOTOMA_RETURN_IF_ERROR(check_generated(object_, requests, images));
    return images;
  }

  Result<bool> reads_whole(const std::string& prompt) override { return role_->reads_whole(prompt); }

  Result<void> examine() override {
    return examined_once([this] { return compare_with_company(); });
  }

 private:
  /// One request among others and alone or, where it never has company, twice.
  Result<void> compare_with_company() {
    const auto prompts = test_texts();
    const std::vector<GenerationRequest> two = {{prompts[0], 1}, {prompts[1], 2}};
    const bool alone = role_->batch() == 1;
    SCOTOMA_ASSIGN_OR_RETURN(const auto first, role_->generate(std::span(two).first(alone ? 1 : 2)));
    SCOTOMA_ASSIGN_OR_RETURN(const auto again, role_->generate(std::span(two).first(1)));
    if (levels_apart(first.front(), again.front()) <= kLevelsApart) return {};
    return bad_input(fmt::format(
        "{}: prompt '{}' with seed 1 gives another image {} (it must be a function of prompt and seed): give each "
        "image noise of its own, made from its seed{}",
        object_, prompts[0], alone ? "when it is asked again" : "alone than among others",
        alone ? "" : "; or, if the model looks at the whole batch, set batch = 1"));
  }
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
  return std::unique_ptr<Classifier>(std::make_unique<ExaminedClassifier>(std::move(classifier), options.object));
}

Result<std::unique_ptr<Captioner>> load_python_captioner(PythonRoles* roles, const CaptionerOptions& options) {
  if (roles == nullptr) return no_python("captioner");
  return roles->captioner(options.object);
}

Result<std::unique_ptr<Embedder>> load_python_embedder(PythonRoles* roles, const EmbedderOptions& options) {
  if (roles == nullptr) return no_python("embedder");
  SCOTOMA_ASSIGN_OR_RETURN(auto embedder, roles->embedder(options.object));
  return std::unique_ptr<Embedder>(std::make_unique<ExaminedEmbedder>(std::move(embedder), options.object));
}

Result<std::unique_ptr<Judge>> load_python_judge(PythonRoles* roles, const JudgeOptions& options) {
  if (roles == nullptr) return no_python("judge");
  return roles->judge(options.object, options.threshold);
}

}  // namespace scotoma
