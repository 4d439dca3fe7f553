// SPDX-License-Identifier: Apache-2.0
// The outside world as Scotoma sees it: five roles. A backend (src/scotoma/backend) implements them; tests have
// some in memory.
//
// Every role
//   - answers in batches: the i-th answer belongs to the i-th input, and does not depend on the other inputs;
//   - may be called from several threads at once (one batch a thread);
//   - has a fingerprint: a hash of the model's bytes and of all options that change its answers;
//   - fails with code failed ("the model returned NaN for ...") and never throws.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma {

/// `draft` generates too: cheaper images, for what only chooses phrases (stage/drafts.h).
enum class RoleKind { generator, classifier, captioner, embedder, judge, draft };

constexpr std::array<Named<RoleKind>, 6> names_of(RoleKind) {
  return {{{RoleKind::generator, "generator"},
           {RoleKind::classifier, "classifier"},
           {RoleKind::captioner, "captioner"},
           {RoleKind::embedder, "embedder"},
           {RoleKind::judge, "judge"},
           {RoleKind::draft, "draft"}}};
}

/// Whether its answers are images.
constexpr bool generates(RoleKind kind) { return kind == RoleKind::generator || kind == RoleKind::draft; }

class Role {
 public:
  virtual ~Role() = default;

  /// Hash of everything that decides the answers.
  virtual std::string fingerprint() const = 0;

  /// One line for people: "DPM-Solver++ 2M, 6 steps, guidance 1, 64 x 64, bf16".
  virtual std::string describe() const = 0;

  /// How many inputs the backend likes at once; work is cut into batches of this size.
  virtual std::size_t batch() const = 0;

  /// How many batches the backend likes to have under way at once; nothing: as many as there are threads. A server
  /// takes more, since threads only wait for it, and one GPU fewer.
  virtual std::optional<std::size_t> concurrency() const { return std::nullopt; }

  /// What it takes of the machine, where that is much, for people: "about 12 GB of memory: ..."; mostly empty.
  virtual std::string needs() const { return ""; }

  /// Time spent so far inside the engine that runs the network, summed over threads; 0 where nothing measures it.
  virtual double engine_seconds() const { return 0; }
};

/// One image to generate: the noise is a function of `seed` alone, so two prompts with one seed make a pair.
struct GenerationRequest {
  std::string prompt;
  std::uint64_t seed = 0;

  bool operator==(const GenerationRequest&) const = default;
};

/// Text to image.
class Generator : public Role {
 public:
  virtual Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) = 0;

  /// Whether a prompt is read to its end: generate() refuses one that is too long. Errors: failed.
  virtual Result<bool> reads_whole(const std::string& prompt) {
    static_cast<void>(prompt);
    return true;
  }

  /// Tries its networks now rather than before the first image, where it does so at all. Errors: bad_input where what
  /// they answer is of no use.
  virtual Result<void> examine() { return {}; }
};

/// One class and its probability.
struct Score {
  int label = 0;  ///< index into class_names()
  float probability = 0;

  bool operator==(const Score&) const = default;
};

/// The classifier's best classes for one image, best first; at most kTop, at least one.
struct Prediction {
  static constexpr std::size_t kTop = 5;
  std::vector<Score> top;

  int label() const { return top.front().label; }
  bool operator==(const Prediction&) const = default;
};

/// The model under test.
class Classifier : public Role {
 public:
  virtual const std::vector<std::string>& class_names() const = 0;
  virtual Result<std::vector<Prediction>> classify(std::span<const Image> images) = 0;

  /// The probabilities of all classes, a row an image, in the order of class_names(). Errors: failed, on NaN too.
  virtual Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) = 0;
};

/// Image to one English sentence, lower case, no final stop.
class Captioner : public Role {
 public:
  virtual Result<std::vector<std::string>> caption(std::span<const Image> images) = 0;
};

/// Images and texts to unit vectors of one space.
class Embedder : public Role {
 public:
  virtual Result<std::vector<std::vector<float>>> embed_images(std::span<const Image> images) = 0;
  virtual Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts) = 0;
};

/// Whether the label's thing really is in the image.
struct Judgement {
  bool valid = false;
  float score = 0;  ///< the judge's probability that it is

  bool operator==(const Judgement&) const = default;
};

class Judge : public Role {
 public:
  /// Each image under the label at its own place, so that images of many labels share a batch. Requires as many labels
  /// as images.
  virtual Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) = 0;

  /// All of them under one label.
  Result<std::vector<Judgement>> judge(std::span<const Image> images, const std::string& label) {
    return judge(images, std::vector<std::string>(images.size(), label));
  }
};

/// The five roles of one study. Some may be null: the judge (every image counts as valid then, and the report says so),
/// the captioner where no caption is asked for, and the embedder where nothing is compared.
struct Models {
  std::unique_ptr<Generator> generator;
  std::unique_ptr<Classifier> classifier;
  std::unique_ptr<Captioner> captioner;
  std::unique_ptr<Embedder> embedder;
  std::unique_ptr<Judge> judge;
  std::unique_ptr<Generator> draft;
};

/// Null where the models have none.
inline const Role* role_of(const Models& models, RoleKind kind) {
  switch (kind) {
    case RoleKind::generator:
      return models.generator.get();
    case RoleKind::classifier:
      return models.classifier.get();
    case RoleKind::captioner:
      return models.captioner.get();
    case RoleKind::embedder:
      return models.embedder.get();
    case RoleKind::judge:
      return models.judge.get();
    case RoleKind::draft:
      return models.draft.get();
  }
  return nullptr;
}

}  // namespace scotoma
