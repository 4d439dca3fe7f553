// SPDX-License-Identifier: Apache-2.0
// Image to text: an encoder-decoder folder (openvino_encoder_model.xml, openvino_decoder_model.xml,
// openvino_detokenizer.xml and the JSON files beside them) as optimum-intel's image-to-text export without cache writes
// it, or with one as python/export/captioner.py does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scotoma/backend/decoding/generation_rules.h"
#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/captioner/text_decoder.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/image_network.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

class OpenvinoCaptioner final : public Captioner {
 public:
  /// Loads encoder and decoder and tries them on test images. Errors: bad_input when the folder lacks a part, the
  /// decoder is asked in another way, a rule of its folder is not supported, or answers are of no use
  /// (backend/health.h).
  static Result<std::unique_ptr<OpenvinoCaptioner>> load(const std::shared_ptr<Engine>& engine,
                                                         const CaptionerOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  double engine_seconds() const override { return encoder_->seconds() + decoder_->seconds(); }

  /// Every image ends by itself, so a caption does not depend on its neighbours.
  Result<std::vector<std::string>> caption(std::span<const Image> images) override;

  /// The ids of each caption, without those that begin and end it. Errors: failed.
  Result<std::vector<TokenIds>> caption_ids(std::span<const Image> images);

 private:
  OpenvinoCaptioner() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const CaptionerOptions& options);
  Result<void> examine_decoder(const Rows& states);
  Result<void> take_fingerprint(const Engine& engine);

  std::filesystem::path folder_;
  GenerationRules rules_;
  std::unique_ptr<ImageNetwork> encoder_;
  std::unique_ptr<TextDecoder> decoder_;
  std::unique_ptr<Detokenizer> detokenizer_;
  std::size_t batch_ = 1;
  std::size_t at_once_ = 1;   ///< images that are decoded together
  std::size_t most_new_ = 1;  ///< ids behind the first
  std::string fingerprint_;
};

}  // namespace scotoma
