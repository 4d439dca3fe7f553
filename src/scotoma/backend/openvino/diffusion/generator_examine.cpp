// SPDX-License-Identifier: Apache-2.0
// The parts of a Stable Diffusion folder, tried on test inputs before the first image is generated.
#include <algorithm>

#include "scotoma/backend/openvino/diffusion/generator.h"
#include "scotoma/backend/openvino/ports.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

Rows first_rows(const ov::Tensor& tensor, std::size_t count) {
  const std::size_t width = tensor.get_size() / tensor.get_shape()[0];
  Rows rows;
  for (std::size_t row = 0; row < count; ++row) {
    const float* first = tensor.data<const float>() + row * width;
    rows.emplace_back(first, first + width);
  }
  return rows;
}

}  // namespace

/// Others that come meanwhile wait: nothing may be remembered of a generator that turns out to be of no use.
Result<void> OpenvinoGenerator::examine() {
  const std::lock_guard lock(examining_);
  if (!examined_ && engine_->was_examined(fingerprint_)) examined_ = Result<void>();
  if (!examined_) {
    examined_ = examine_parts();
    if (examined_->ok()) engine_->note_examined(fingerprint_);
  }
  return *examined_;
}

/// NaN is not looked for here: where an image shows it, the message can name prompt and seed.
Result<void> OpenvinoGenerator::examine_parts() {
  const bool bf16 = unet_->precision() == "bf16";
  const auto prompts = test_texts();
  SCOTOMA_ASSIGN_OR_RETURN(const Rows texts,
                           scotoma::examine({text_encoder_->subject(), "a prompt", 1, bf16},
                                            [&](std::span<const std::size_t> which) -> Result<Rows> {
                                              SCOTOMA_ASSIGN_OR_RETURN(
                                                  const auto ids, tokenizer_->encode(prompts[which[0]], text_length_));
                                              SCOTOMA_ASSIGN_OR_RETURN(auto row, encode(ids));
                                              return Rows{std::move(row)};
                                            }));
  const auto tried_unet =
      scotoma::examine({unet_->subject(), "a latent and a prompt", guided() ? 2 * batch_ : batch_, bf16},
                       [&](std::span<const std::size_t> which) { return try_unet(which, texts); });
  if (!tried_unet.ok()) return tried_unet.error();
  const auto tried_decoder = scotoma::examine({decoder_->subject(), "a latent", decoded_at_once_, bf16},
                                              [&](std::span<const std::size_t> which) { return try_decoder(which); });
  if (!tried_decoder.ok()) return tried_decoder.error();
  return {};
}

/// The first step of noise that is the test input's own, with its text. Rows beyond `which` repeat the last.
Result<Rows> OpenvinoGenerator::try_unet(std::span<const std::size_t> which, const Rows& texts) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, unet_->call());
  ov::Tensor in = call.request().get_tensor("sample");
  ov::Tensor text = call.request().get_tensor("encoder_hidden_states");
  const SamplerStep& step = scheduler_.steps().front();
  const std::size_t one = ov::shape_size(latent_);
  float* to_text = text.data<float>();
  for (std::size_t row = 0; row < in.get_shape()[0]; ++row) {
    const std::size_t input = which[std::min(row, which.size() - 1)];
    const std::span noise(in.data<float>() + row * one, one);
    fill_normal(input, 0, noise);
    for (float& v : noise) v *= scheduler_.initial_scale() * step.input_scale;
    to_text = std::copy(texts[input].begin(), texts[input].end(), to_text);
  }
  fill_timestep(call.request().get_tensor("timestep"), step.timestep);
  SCOTOMA_RETURN_IF_ERROR(call.run());
  return first_rows(call.request().get_output_tensor(), which.size());
}

/// Noise of the size that latents have.
Result<Rows> OpenvinoGenerator::try_decoder(std::span<const std::size_t> which) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, decoder_->call());
  ov::Tensor in = call.request().get_input_tensor();
  const std::size_t one = ov::shape_size(latent_);
  for (std::size_t row = 0; row < decoded_at_once_; ++row) {
    const std::span noise(in.data<float>() + row * one, one);
    fill_normal(which[std::min(row, which.size() - 1)], 0, noise);
    for (float& v : noise) v = v / scaling_ + shift_;
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  return first_rows(call.request().get_output_tensor(), which.size());
}

}  // namespace scotoma
