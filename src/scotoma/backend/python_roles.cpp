// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/python_roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "scotoma/backend/health.h"
#include "scotoma/core/names.h"

namespace scotoma {
namespace {

constexpr double kLevelsApart = 4;          // of 255, on average: an image that is another one, not one that is rounded
constexpr float kChanceOfScores = 1e-5F;    // of probabilities: threads may add in any order
constexpr float kRoundingOfScores = 5e-2F;  // of probabilities: other company may be computed by other kernels, in bf16

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

/// A question twice over, alone and in company: what answers by word or by chance has no rows that could be compared.
/// Few answers, since each may cost money: four, or where batches have no company two.
template <class T>
struct PairTest {
  using Ask = std::function<Result<std::vector<T>>(std::span<const std::size_t> which)>;  ///< of the test images

  const std::string& subject;
  std::size_t batch;
  Ask ask;
  std::function<bool(const T&, const T&)> same;   ///< but for chance
  std::function<bool(const T&, const T&)> alike;  ///< but for rounding
  std::function<std::string(const T&)> shown;

  /// Errors: those of `ask`; bad_input where an answer depends on chance or on the other image of its batch. What
  /// depends on company does so every time: two other images are asked about before that is said.
  Result<void> run() const {
    if (batch == 1) return asked_twice();
    SCOTOMA_ASSIGN_OR_RETURN(const auto first, depends_on_company({0, 3}));
    if (!first) return {};
    SCOTOMA_ASSIGN_OR_RETURN(const auto second, depends_on_company({1, 2}));
    return second ? Result<void>(*second) : Result<void>();
  }

 private:
  Result<void> asked_twice() const {
    const std::vector<std::size_t> one = {0};
    SCOTOMA_ASSIGN_OR_RETURN(const auto before, ask(one));
    SCOTOMA_ASSIGN_OR_RETURN(const auto after, ask(one));
    return same(before[0], after[0]) ? Result<void>() : of_chance(before[0], after[0]);
  }

  Result<std::optional<Error>> depends_on_company(const std::vector<std::size_t>& pair) const {
    SCOTOMA_ASSIGN_OR_RETURN(const auto together, ask(pair));
    for (std::size_t i = 0; i < pair.size(); ++i) {
      SCOTOMA_ASSIGN_OR_RETURN(const auto alone, ask(std::span(pair).subspan(i, 1)));
      if (same(alone[0], together[i])) continue;
      SCOTOMA_ASSIGN_OR_RETURN(const auto again, ask(pair));
      if (!same(again[i], together[i])) return of_chance(together[i], again[i]);
      if (alike(alone[0], together[i])) continue;
      return std::optional(bad_input(fmt::format(
          "{}: its answer to an image depends on what else is in the batch ({} alone, {} beside another); expected the "
          "same of the same image: look at each image for itself, or set batch = 1",
          subject, shown(alone[0]), shown(together[i]))));
    }
    return std::optional<Error>();
  }

  Error of_chance(const T& before, const T& after) const {
    return bad_input(
        fmt::format("{}: gives different answers to an image when it is asked the same twice ({}, then {}); expected "
                    "the same: leave out sampling (do_sample=False, temperature 0) and dropout (model.eval())",
                    subject, shown(before), shown(after)));
  }
};

/// Says of itself what the role inside says, and examines it before its first answer; others that come meanwhile wait.
template <class Base>
class ExaminedRole : public Base {
 public:
  /// `object`: as the study names it.
  ExaminedRole(RoleKind kind, std::unique_ptr<Base> role, const std::string& object)
      : role_(std::move(role)), subject_(fmt::format("the {} ({})", name_of(kind), object)) {}

  std::string fingerprint() const override { return role_->fingerprint(); }
  std::string describe() const override { return role_->describe(); }
  std::size_t batch() const override { return role_->batch(); }
  std::optional<std::size_t> concurrency() const override { return role_->concurrency(); }
  std::string needs() const override { return role_->needs(); }
  double engine_seconds() const override { return role_->engine_seconds(); }

 protected:
  /// What came of an examination, which is made once.
  class Once {
   public:
    template <class Examine>
    Result<void> operator()(Examine examine) {
      const std::lock_guard lock(examining_);
      if (!examined_) examined_ = examine();
      return *examined_;
    }

   private:
    std::mutex examining_;
    std::optional<Result<void>> examined_;
  };

  Result<void> examine_answers(const char* input, const AskTest& ask) const {
    Examined examined{subject_, input, std::clamp<std::size_t>(role_->batch(), 1, kTestInputs)};
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
  std::string subject_;  ///< for messages
  Once examined_once_;
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
    return examined_once_([&] {
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
    SCOTOMA_RETURN_IF_ERROR(examined_once_([&] {
      return examine_answers("an image", [&](std::span<const std::size_t> which) {
        return role_->embed_images(images_of(which, images.front()));
      });
    }));
    return role_->embed_images(images);
  }

  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts) override {
    SCOTOMA_RETURN_IF_ERROR(texts_examined_([&] {
      return examine_answers("a text", [&](std::span<const std::size_t> which) {
        const auto all = test_texts();
        std::vector<std::string> some;
        for (const std::size_t one : which) some.push_back(all[one]);
        return role_->embed_texts(some);
      });
    }));
    return role_->embed_texts(texts);
  }

 private:
  Once texts_examined_;
};

class ExaminedCaptioner final : public ExaminedRole<Captioner> {
 public:
  using ExaminedRole::ExaminedRole;

  Result<std::vector<std::string>> caption(std::span<const Image> images) override {
    SCOTOMA_RETURN_IF_ERROR(examined_once_([&] {
      const auto equal = [](const std::string& a, const std::string& b) { return a == b; };
      const PairTest<std::string> test{
          subject_,
          role_->batch(),
          [&](std::span<const std::size_t> which) { return role_->caption(images_of(which, images.front())); },
          equal,
          equal,
          [](const std::string& caption) { return "'" + caption + "'"; }};
      return test.run();
    }));
    return role_->caption(images);
  }
};

class ExaminedJudge final : public ExaminedRole<Judge> {
 public:
  using ExaminedRole::ExaminedRole;

  Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) override {
    SCOTOMA_RETURN_IF_ERROR(examined_once_([&] {
      const auto within = [](float most) {
        return [most](const Judgement& a, const Judgement& b) { return std::fabs(a.score - b.score) <= most; };
      };
      const auto ask = [&](std::span<const std::size_t> which) {
        return role_->judge(images_of(which, images.front()), std::vector(which.size(), labels.front()));
      };
      const PairTest<Judgement> test{subject_,
                                     role_->batch(),
                                     ask,
                                     within(kChanceOfScores),
                                     within(kRoundingOfScores),
                                     [](const Judgement& judgement) { return fmt::format("{:.3g}", judgement.score); }};
      return test.run();
    }));
    return role_->judge(images, labels);
  }
};

/// All of whose answers are looked at, too.
class ExaminedGenerator final : public ExaminedRole<Generator> {
 public:
  using ExaminedRole::ExaminedRole;

  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    SCOTOMA_RETURN_IF_ERROR(examine());
    SCOTOMA_ASSIGN_OR_RETURN(auto images, role_->generate(requests));
    SCOTOMA_RETURN_IF_ERROR(check_generated(subject_, requests, images));
    return images;
  }

  Result<bool> reads_whole(const std::string& prompt) override { return role_->reads_whole(prompt); }

  Result<void> examine() override {
    return examined_once_([this] { return compare_with_company(); });
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
        subject_, prompts[0], alone ? "when it is asked again" : "alone than among others",
        alone ? "" : "; or, if the model looks at the whole batch, set batch = 1"));
  }
};

/// `make`: what the package makes of the object.
template <class Made, class Base, class Make>
Result<std::unique_ptr<Base>> examined(RoleKind kind, const std::string& object, PythonRoles* roles, Make make) {
  if (roles == nullptr) return no_python(name_of(kind));
  SCOTOMA_ASSIGN_OR_RETURN(std::unique_ptr<Base> role, make());
  return std::unique_ptr<Base>(std::make_unique<Made>(kind, std::move(role), object));
}

}  // namespace

Result<std::unique_ptr<Generator>> load_python_generator(PythonRoles* roles, const GeneratorOptions& options) {
  return examined<ExaminedGenerator, Generator>(RoleKind::generator, options.object, roles,
                                                [&] { return roles->generator(options.object); });
}

Result<std::unique_ptr<Classifier>> load_python_classifier(PythonRoles* roles, const ClassifierOptions& options) {
  return examined<ExaminedClassifier, Classifier>(RoleKind::classifier, options.object, roles,
                                                  [&] { return roles->classifier(options.object); });
}

Result<std::unique_ptr<Captioner>> load_python_captioner(PythonRoles* roles, const CaptionerOptions& options) {
  return examined<ExaminedCaptioner, Captioner>(RoleKind::captioner, options.object, roles,
                                                [&] { return roles->captioner(options.object); });
}

Result<std::unique_ptr<Embedder>> load_python_embedder(PythonRoles* roles, const EmbedderOptions& options) {
  return examined<ExaminedEmbedder, Embedder>(RoleKind::embedder, options.object, roles,
                                              [&] { return roles->embedder(options.object); });
}

Result<std::unique_ptr<Judge>> load_python_judge(PythonRoles* roles, const JudgeOptions& options) {
  return examined<ExaminedJudge, Judge>(RoleKind::judge, options.object, roles,
                                        [&] { return roles->judge(options.object, options.threshold); });
}

}  // namespace scotoma
