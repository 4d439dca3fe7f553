// SPDX-License-Identifier: Apache-2.0
// Image to text by a vision-language model that is asked for one sentence: a folder as optimum-intel's
// image-text-to-text export writes it (openvino_vision_embeddings_model.xml, openvino_text_embeddings_model.xml,
// openvino_language_model.xml, openvino_tokenizer.xml, openvino_detokenizer.xml and the JSON files beside them). The
// image's features stand in the prompt in the place of its tokens.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/backend/decoding/generation_rules.h"
#include "scotoma/backend/files/vision_family.h"
#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/captioner/language_model.h"
#include "scotoma/backend/openvino/image_network.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What a vision-language model is asked where the study says nothing.
inline constexpr const char* kUsualPrompt = "Describe this image in one short sentence.";

class VisionLanguageCaptioner final : public Captioner {
 public:
  /// Loads the three networks and tries them on test images. Errors: bad_input when the folder lacks a part, its family
  /// or chat template is not known here, a part does not fit, or answers are of no use (backend/health.h).
  static Result<std::unique_ptr<VisionLanguageCaptioner>> load(const std::shared_ptr<Engine>& engine,
                                                               const CaptionerOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  std::optional<std::size_t> concurrency() const override { return concurrency_; }
  std::string needs() const override;
  double engine_seconds() const override { return vision_->seconds() + language_->seconds(); }

  /// The first sentence of each answer. Every image is answered by itself: a caption does not depend on its neighbours.
  Result<std::vector<std::string>> caption(std::span<const Image> images) override;

  /// The ids of each whole answer, without the one that ends it.
  Result<std::vector<TokenIds>> caption_ids(std::span<const Image> images);

 private:
  VisionLanguageCaptioner() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const CaptionerOptions& options);
  Result<void> open_vision(const std::shared_ptr<Engine>& engine, Rows& tried);
  Result<void> read_rules(const CaptionerOptions& options);
  Result<ImagePrompt> find_prompt(Engine& engine, const CaptionerOptions& options);
  Result<void> check_parts() const;
  Result<void> resolve_length();
  Result<void> take_fingerprint(const Engine& engine);
  Result<ImagePrompt> find_image(TokenIds ids) const;
  Result<void> examine_answers(const Rows& features);

  std::filesystem::path folder_;
  VisionFamily family_{};
  std::unique_ptr<ImageNetwork> vision_;
  std::unique_ptr<LanguageModel> language_;
  std::unique_ptr<Detokenizer> detokenizer_;
  GenerationRules rules_;
  std::size_t batch_ = 1;
  std::size_t longest_ = 32;                ///< ids of an answer that the study allows
  std::size_t most_new_ = 32;               ///< and those that the folder's rules leave of them
  std::string prompt_;                      ///< what is asked
  std::optional<std::size_t> concurrency_;  ///< batches that memory allows, where the threads allow more
  std::string fingerprint_;
};

}  // namespace scotoma
