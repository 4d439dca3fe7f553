// SPDX-License-Identifier: Apache-2.0
// Text to image: a folder of a latent diffusion model with a U-Net as OpenVINO IR, as optimum-intel writes it
// (model_index.json, tokenizer/, text_encoder/, unet/, vae_decoder/, scheduler/; SDXL also tokenizer_2/ and
// text_encoder_2/). Sizes, scales and the sampler come from the folder; what the families differ in is in family.h.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/backend/diffusion/scheduler.h"
#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/diffusion/family.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/memory.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Writes a timestep into the U-Net's input, rounded where that holds whole numbers.
void fill_timestep(ov::Tensor tensor, double timestep);

/// Writes an image's conditioning into row `row` of the U-Net's inputs. Errors: failed where it does not fit.
Result<void> put_row(ov::InferRequest& request, std::size_t row, const Conditioning& conditioning,
                     const std::string& subject);

class OpenvinoGenerator final : public Generator {
 public:
  /// Errors: bad_input when the folder lacks a part, a part does not fit the others, or its scheduler is not known.
  static Result<std::unique_ptr<OpenvinoGenerator>> load(const std::shared_ptr<Engine>& engine,
                                                         const GeneratorOptions& options);

  /// Another one beside `other`, whose networks it runs on where both are of one folder, with one size, batch and
  /// guidance: then only the sampler differs, and nothing is read or compiled again. Errors: as above.
  static Result<std::unique_ptr<OpenvinoGenerator>> load_beside(const OpenvinoGenerator& other,
                                                                const GeneratorOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  std::optional<std::size_t> concurrency() const override { return concurrency_; }
  std::string needs() const override;
  double engine_seconds() const override;

  /// An image has the same bits alone, in any batch and on any thread: batches are always run full. Before the first
  /// image text encoder, U-Net and decoder are tried on test inputs, which takes about as long as two of its steps: not
  /// when they are loaded, since a study whose images are all there loads them too. Errors: bad_input where what they
  /// answer is of no use (backend/health.h); failed for NaN, and for a batch of images of one colour.
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override;

  Result<bool> reads_whole(const std::string& prompt) override;

  /// Does that at once, unless it is done, or was done well before (Engine::was_examined). Errors: as above.
  Result<void> examine() override;

 private:
  /// Whether the denoiser is asked with the prompt or, under classifier-free guidance, without.
  enum class Side { without, with };
  using Shared = std::shared_ptr<const Conditioning>;

  OpenvinoGenerator() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const GeneratorOptions& options);
  Result<bool> open_shared(const OpenvinoGenerator& other, const GeneratorOptions& options);
  bool hears_real_timesteps() const;
  Result<nlohmann::json> resolve_scheduler(const GeneratorOptions& options);
  Result<void> resolve_size(const ov::Model& unet, const GeneratorOptions& options);
  std::map<std::string, ov::PartialShape> unet_shapes(const ov::Model& unet, std::size_t text_length) const;
  Result<void> resolve_streams(const Engine& engine, const std::shared_ptr<ov::Model>& unet, const ov::Model& decoder);
  Result<void> check_size(const GeneratorOptions& options) const;
  Result<void> open_unet(Engine& engine, const std::shared_ptr<ov::Model>& unet);
  Result<void> open_decoder(Engine& engine, const std::shared_ptr<ov::Model>& unet);
  Result<void> resolve_types(ov::Model& unet, const std::filesystem::path& path);
  Result<void> resolve_fingerprint(const Engine& engine, const GeneratorOptions& options, bool other_timesteps);

  Result<void> examine_parts();
  Result<void> try_encoder(TextEncoder& encoder);
  Result<Rows> try_unet(std::span<const std::size_t> which, std::span<const Conditioning> texts);
  Result<Rows> try_decoder(std::span<const std::size_t> which);

  Result<Shared> condition(Side side, const std::string& prompt);
  Result<void> fill_conditioning(ov::InferRequest& request, std::span<const GenerationRequest> requests);
  Result<std::vector<float>> denoise(std::span<const GenerationRequest> requests);
  void fill_noise(std::span<const GenerationRequest> requests, std::uint64_t stream, std::vector<float>& noise) const;
  void predict(const ov::Tensor& raw, std::vector<float>& output) const;
  Result<void> decode(std::span<const GenerationRequest> requests, std::span<const float> latents,
                      std::vector<Image>& images);
  Result<void> decode_some(std::span<const GenerationRequest> requests, std::span<const float> latents,
                           std::vector<Image>& images);
  bool guided() const { return guidance_ != 1 && guidance_of(kind_) == GuidanceRule::classifier_free; }
  std::size_t rows() const { return guided() ? 2 * batch_ : batch_; }  ///< of a call of the U-Net

  std::shared_ptr<Engine> engine_;
  GeneratorOptions options_;
  std::filesystem::path folder_;
  bool shares_ = false;  ///< the networks are those of another generator, which counts their time
  std::shared_ptr<Network> unet_;
  std::shared_ptr<Network> decoder_;
  FamilyKind kind_ = FamilyKind::stable_diffusion;
  std::shared_ptr<Family> family_;
  Scheduler scheduler_;
  std::size_t batch_ = 1;
  std::size_t decoded_at_once_ = 1;  ///< images a call of the decoder; at most the batch
  ov::Shape image_;                  ///< what a call of the decoder gives: [n, 3, height, width]
  float guidance_ = 1;
  std::string negative_prompt_;
  ov::Shape latent_;   ///< [channels, height, width] of one image
  float scaling_ = 1;  ///< the decoder sees latents / scaling + shift
  float shift_ = 0;
  Streams streams_;                         ///< of U-Net and decoder
  NetworkMemory memory_;                    ///< of both
  std::size_t at_once_ = 1;                 ///< batches
  std::optional<std::size_t> concurrency_;  ///< at_once_, where the threads allow more
  std::string fingerprint_;

  std::mutex examining_;
  std::optional<Result<void>> examined_;  ///< what examine_parts() found

  std::mutex mutex_;
  std::map<std::pair<Side, std::string>, Shared> conditionings_;  ///< by prompt; a study has few
  std::size_t kept_bytes_ = 0;                                    ///< of these
};

}  // namespace scotoma
