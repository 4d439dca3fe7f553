// SPDX-License-Identifier: Apache-2.0
// Text to image: any folder in the Stable Diffusion 1.x layout as OpenVINO IR, as optimum-intel writes it
// (model_index.json, tokenizer/, text_encoder/, unet/, vae_decoder/, scheduler/). Sizes, scales and the sampler come
// from the folder.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scotoma/backend/diffusion/scheduler.h"
#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Writes a timestep into the U-Net's input, rounded where that holds whole numbers.
void fill_timestep(ov::Tensor tensor, double timestep);

class OpenvinoGenerator final : public Generator {
 public:
  /// Errors: bad_input when the folder lacks a part, a part does not fit the others, or its scheduler is not known.
  static Result<std::unique_ptr<OpenvinoGenerator>> load(const std::shared_ptr<Engine>& engine,
                                                         const GeneratorOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  double engine_seconds() const override;

  /// An image has the same bits alone, in any batch and on any thread: batches are always run full. Before the first
  /// image text encoder, U-Net and decoder are tried on test inputs, which takes about as long as two of its steps: not
  /// when they are loaded, since a study whose images are all there loads them too. Errors: bad_input where what they
  /// answer is of no use (backend/health.h); failed for NaN, and for a batch of images of one colour.
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override;

  /// Does that at once, unless it is done, or was done well before (Engine::was_examined). Errors: as above.
  Result<void> examine() override;

 private:
  using Embedding = std::shared_ptr<const std::vector<float>>;  ///< [length, width] of one prompt

  OpenvinoGenerator() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const GeneratorOptions& options);
  Result<void> open_unet(Engine& engine);
  Result<void> open_text_encoder(Engine& engine, const std::shared_ptr<ov::Model>& model);
  Result<void> open_decoder(Engine& engine);
  Result<void> resolve_types(ov::Model& unet, const std::filesystem::path& path);
  Result<void> resolve_fingerprint(const Engine& engine, const GeneratorOptions& options);

  Result<void> examine_parts();
  Result<Rows> try_unet(std::span<const std::size_t> which, const Rows& texts);
  Result<Rows> try_decoder(std::span<const std::size_t> which);

  Result<std::vector<std::int64_t>> ids_of(const std::string& prompt);
  Result<Embedding> embed(const std::string& prompt);
  Result<std::vector<float>> encode(const std::vector<std::int64_t>& ids);
  Result<void> fill_text(ov::Tensor& text, std::span<const GenerationRequest> requests);
  Result<std::vector<float>> denoise(std::span<const GenerationRequest> requests);
  void fill_noise(std::span<const GenerationRequest> requests, std::uint64_t stream, std::vector<float>& noise) const;
  void predict(const ov::Tensor& raw, std::vector<float>& output) const;
  Result<void> decode(std::span<const GenerationRequest> requests, std::span<const float> latents,
                      std::vector<Image>& images);
  Result<void> decode_some(std::span<const GenerationRequest> requests, std::span<const float> latents,
                           std::vector<Image>& images);
  bool guided() const { return guidance_ != 1; }

  std::shared_ptr<Engine> engine_;
  std::filesystem::path folder_;
  std::shared_ptr<Network> unet_;
  std::shared_ptr<Network> text_encoder_;
  std::shared_ptr<Network> decoder_;
  std::unique_ptr<Tokenizer> tokenizer_;
  Scheduler scheduler_;
  std::size_t batch_ = 1;
  std::size_t decoded_at_once_ = 1;  ///< images a call of the decoder; at most the batch
  ov::Shape image_;                  ///< what a call of the decoder gives: [n, 3, height, width]
  float guidance_ = 1;
  std::string negative_prompt_;
  ov::Shape latent_;                  ///< [channels, height, width] of one image
  std::size_t text_length_ = 0;       ///< ids of a prompt
  std::optional<std::size_t> words_;  ///< of the text encoder's vocabulary, where its graph shows it
  float scaling_ = 1;                 ///< the decoder sees latents / scaling + shift
  float shift_ = 0;
  std::string fingerprint_;

  std::mutex examining_;
  std::optional<Result<void>> examined_;  ///< what examine_parts() found

  std::mutex mutex_;
  std::unordered_map<std::string, Embedding> embeddings_;  ///< by prompt; a study has few
};

}  // namespace scotoma
