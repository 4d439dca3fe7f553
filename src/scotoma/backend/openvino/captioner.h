// SPDX-License-Identifier: Apache-2.0
// Image to text: an encoder-decoder folder as optimum-intel's image-to-text export without cache writes it
// (openvino_encoder_model.xml, openvino_decoder_model.xml, openvino_detokenizer.xml and the JSON files beside them).
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/image_network.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Lower case, one space between words, no final stop: what the stages take for a caption.
std::string tidy_caption(const std::string& text);

class OpenvinoCaptioner final : public Captioner {
 public:
  /// Loads encoder and decoder and tries them on test images. Errors: bad_input when the folder lacks a part, the
  /// decoder needs more than ids and the encoder's states, or answers are of no use (backend/health.h).
  static Result<std::unique_ptr<OpenvinoCaptioner>> load(const std::shared_ptr<Engine>& engine,
                                                         const CaptionerOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  double engine_seconds() const override { return encoder_->seconds() + decoder_->seconds(); }

  /// Greedy decoding; every image ends by itself, so a caption does not depend on its neighbours.
  Result<std::vector<std::string>> caption(std::span<const Image> images) override;

 private:
  using Ids = std::vector<std::int64_t>;

  OpenvinoCaptioner() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const CaptionerOptions& options);
  Result<void> read_ids(int max_tokens);
  Result<void> open_decoder(Engine& engine);
  Result<void> examine_decoder(const Rows& states);
  void fill_states(Network::Call& call, std::span<const std::vector<float>> states);
  Result<ov::Tensor> next_logits(Network::Call& call, const std::vector<Ids>& rows);
  Result<void> check_special_ids(std::size_t words) const;
  Result<std::vector<Ids>> decode(std::span<const std::vector<float>> states);
  Result<void> extend(Network::Call& call, std::vector<Ids>& rows, std::vector<bool>& ended);

  std::filesystem::path folder_;
  std::unique_ptr<ImageNetwork> encoder_;
  std::shared_ptr<Network> decoder_;
  std::unique_ptr<Detokenizer> detokenizer_;
  std::size_t batch_ = 1;
  std::int64_t start_ = 0;
  std::int64_t padding_ = 0;
  std::set<std::int64_t> ends_;
  std::size_t longest_ = 32;  ///< ids, with the first
  std::string fingerprint_;
};

}  // namespace scotoma
