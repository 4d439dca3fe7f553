// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/diffusion/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "scotoma/backend/openvino/ports.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

constexpr std::size_t kEmbeddingBytes = 64U << 20U;  ///< kept, so that a prompt is embedded once

/// [3, height, width] in [-1, 1] to bytes, as diffusers rounds. False when a value is not finite.
bool to_image(const float* planes, Image& out) {
  const std::size_t area = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height);
  out.rgb.resize(3 * area);
  bool finite = true;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < area; ++i) {
      const float v = planes[c * area + i];
      finite = finite && std::isfinite(v);
      const float unit = std::clamp(std::isfinite(v) ? v / 2 + 0.5F : 0.0F, 0.0F, 1.0F);
      out.rgb[3 * i + c] = static_cast<std::uint8_t>(std::nearbyintf(unit * 255));
    }
  }
  return finite;
}

Error not_finite(const std::string& subject, const GenerationRequest& request) {
  return failed(fmt::format("{}: the model returned NaN or infinity for prompt '{}', seed {}; try precision f32",
                            subject, request.prompt, request.seed));
}

}  // namespace

void fill_timestep(ov::Tensor tensor, double timestep) {
  const std::size_t n = tensor.get_size();
  const auto whole = std::llround(timestep);
  if (tensor.get_element_type() == ov::element::f32) {
    std::fill_n(tensor.data<float>(), n, static_cast<float>(timestep));
  } else if (tensor.get_element_type() == ov::element::i32) {
    std::fill_n(tensor.data<std::int32_t>(), n, static_cast<std::int32_t>(whole));
  } else {
    std::fill_n(tensor.data<std::int64_t>(), n, whole);
  }
}

std::string OpenvinoGenerator::describe() const {
  const std::string& mended = scheduler_.mended();
  return fmt::format("{}{}, guidance {:g}, {} x {}, {}", scheduler_.name(), mended.empty() ? "" : " with " + mended,
                     guidance_, image_[3], image_[2], unet_->precision());
}

double OpenvinoGenerator::engine_seconds() const {
  return unet_->seconds() + text_encoder_->seconds() + decoder_->seconds();
}

Result<std::vector<Image>> OpenvinoGenerator::generate(std::span<const GenerationRequest> requests) {
  SCOTOMA_RETURN_IF_ERROR(examine());
  std::vector<Image> images;
  for (std::size_t at = 0; at < requests.size(); at += batch_) {
    const auto part = requests.subspan(at, std::min(batch_, requests.size() - at));
    SCOTOMA_ASSIGN_OR_RETURN(const std::vector<float> latents, denoise(part));
    SCOTOMA_RETURN_IF_ERROR(decode(part, latents, images));
    SCOTOMA_RETURN_IF_ERROR(check_generated(folder_.string(), part, std::span(images).last(part.size())));
  }
  return images;
}

/// The prompt's ids, text_length_ of them.
Result<std::vector<std::int64_t>> OpenvinoGenerator::ids_of(const std::string& prompt) {
  SCOTOMA_ASSIGN_OR_RETURN(auto ids, tokenizer_->encode_whole(prompt, text_length_));
  if (!words_) return ids;
  SCOTOMA_RETURN_IF_ERROR(check_ids(ids, *words_, fmt::format("{}: an id of '{}'", tokenizer_->file().string(), prompt),
                                    text_encoder_->subject()));
  return ids;
}

Result<OpenvinoGenerator::Embedding> OpenvinoGenerator::embed(const std::string& prompt) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = embeddings_.find(prompt);
    if (found != embeddings_.end()) return found->second;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto ids, ids_of(prompt));
  SCOTOMA_ASSIGN_OR_RETURN(auto encoded, encode(ids));
  const auto made = std::make_shared<const std::vector<float>>(std::move(encoded));
  const std::lock_guard lock(mutex_);
  if (embeddings_.size() * made->size() * sizeof(float) >= kEmbeddingBytes) embeddings_.clear();
  return embeddings_.emplace(prompt, made).first->second;
}

Result<std::vector<float>> OpenvinoGenerator::encode(const std::vector<std::int64_t>& ids) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, text_encoder_->call());
  ov::Tensor in = call.request().get_tensor("input_ids");
  put_wholes(in, 0, ids);
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor out = call.request().get_tensor("last_hidden_state");
  return std::vector<float>(out.data<float>(), out.data<float>() + out.get_size());
}

Result<void> OpenvinoGenerator::fill_text(ov::Tensor& text, std::span<const GenerationRequest> requests) {
  float* to = text.data<float>();
  const auto put = [&](const std::string& prompt) -> Result<void> {
    SCOTOMA_ASSIGN_OR_RETURN(const Embedding embedding, embed(prompt));
    to = std::copy(embedding->begin(), embedding->end(), to);
    return {};
  };
  for (std::size_t row = 0; guided() && row < batch_; ++row) SCOTOMA_RETURN_IF_ERROR(put(negative_prompt_));
  for (std::size_t row = 0; row < batch_; ++row)
    SCOTOMA_RETURN_IF_ERROR(put(requests[std::min(row, requests.size() - 1)].prompt));
  return {};
}

/// Classifier-free guidance (Ho and Salimans, arXiv 2207.12598): without + guidance (with - without).
void OpenvinoGenerator::predict(const ov::Tensor& raw, std::vector<float>& output) const {
  const float* without = raw.data<const float>();
  if (!guided()) {
    std::copy(without, without + output.size(), output.begin());
    return;
  }
  const float* with = without + output.size();
  for (std::size_t i = 0; i < output.size(); ++i) output[i] = without[i] + guidance_ * (with[i] - without[i]);
}

/// Fresh noise for a batch, [batch, ...]: a function of each request's seed and of the stream alone.
void OpenvinoGenerator::fill_noise(std::span<const GenerationRequest> requests, std::uint64_t stream,
                                   std::vector<float>& noise) const {
  const std::size_t one = noise.size() / batch_;
  for (std::size_t row = 0; row < batch_; ++row) {
    fill_normal(requests[std::min(row, requests.size() - 1)].seed, stream, std::span(noise).subspan(row * one, one));
  }
}

/// The latents [batch, ...] of the requests after all steps. Rows beyond the requests repeat the last one. Noise stream
/// 0 is that of the first sample, stream 1 + i that of step i.
Result<std::vector<float>> OpenvinoGenerator::denoise(std::span<const GenerationRequest> requests) {
  const std::size_t one = ov::shape_size(latent_);
  std::vector<float> noise(batch_ * one);
  std::vector<float> output(noise.size());
  fill_noise(requests, 0, noise);
  SamplerState state = scheduler_.begin(noise, one);
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, unet_->call());
  ov::Tensor text = call.request().get_tensor("encoder_hidden_states");
  SCOTOMA_RETURN_IF_ERROR(fill_text(text, requests));
  ov::Tensor in = call.request().get_tensor("sample");
  for (std::size_t i = 0; i < scheduler_.steps().size(); ++i) {
    const SamplerStep& step = scheduler_.steps()[i];
    float* to = in.data<float>();
    for (std::size_t k = 0; k < state.sample.size(); ++k) to[k] = state.sample[k] * step.input_scale;
    if (guided()) std::memcpy(to + state.sample.size(), to, state.sample.size() * sizeof(float));
    fill_timestep(call.request().get_tensor("timestep"), step.timestep);
    SCOTOMA_RETURN_IF_ERROR(call.run());
    predict(call.request().get_output_tensor(), output);
    if (scheduler_.needs_noise(i)) fill_noise(requests, i + 1, noise);
    scheduler_.step(i, output, noise, state);
  }
  for (std::size_t row = 0; row < requests.size(); ++row) {
    const std::span mine(state.sample.data() + row * one, one);
    if (!std::all_of(mine.begin(), mine.end(), [](float v) { return std::isfinite(v); })) {
      return not_finite(unet_->subject(), requests[row]);
    }
  }
  return std::move(state.sample);
}

/// Images of the first rows of `latents`, one a request.
Result<void> OpenvinoGenerator::decode(std::span<const GenerationRequest> requests, std::span<const float> latents,
                                       std::vector<Image>& images) {
  const std::size_t one = ov::shape_size(latent_);
  for (std::size_t at = 0; at < requests.size(); at += decoded_at_once_) {
    const std::size_t rows = std::min(decoded_at_once_, requests.size() - at);
    const auto mine = latents.subspan(at * one, std::min(decoded_at_once_ * one, latents.size() - at * one));
    SCOTOMA_RETURN_IF_ERROR(decode_some(requests.subspan(at, rows), mine, images));
  }
  return {};
}

/// One call of the decoder. Rows beyond the latents repeat the last one.
Result<void> OpenvinoGenerator::decode_some(std::span<const GenerationRequest> requests, std::span<const float> latents,
                                            std::vector<Image>& images) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, decoder_->call());
  float* in = call.request().get_input_tensor().data<float>();
  const std::size_t one = ov::shape_size(latent_);
  const std::size_t last = latents.size() - one;
  for (std::size_t i = 0; i < decoded_at_once_ * one; ++i) {
    in[i] = latents[i < latents.size() ? i : last + i % one] / scaling_ + shift_;
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor out = call.request().get_output_tensor();
  for (std::size_t row = 0; row < requests.size(); ++row) {
    Image image{static_cast<int>(image_[3]), static_cast<int>(image_[2]), {}};
    if (!to_image(out.data<const float>() + row * ov::shape_size(image_) / image_[0], image)) {
      return not_finite(decoder_->subject(), requests[row]);
    }
    images.push_back(std::move(image));
  }
  return {};
}

}  // namespace scotoma
