// SPDX-License-Identifier: Apache-2.0
// The parts of a text-to-image folder, tried on test inputs before the first image is generated.
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
  for (TextEncoder* encoder : family_->encoders()) SCOTOMA_RETURN_IF_ERROR(try_encoder(*encoder));
  std::vector<Conditioning> texts;
  for (const std::string& prompt : test_texts()) {
    SCOTOMA_ASSIGN_OR_RETURN(Conditioning text, family_->condition(prompt, TextFit::cut));
    texts.push_back(std::move(text));
  }
  // One at a time, each input costs as much as an image's step: two show what four would.
  const auto inputs = [](std::size_t batch) { return batch == 1 ? 2 : kTestInputs; };
  const auto tried_unet = scotoma::examine({unet_->subject(), "a latent and a prompt", rows(), bf16, inputs(rows())},
                                           [&](std::span<const std::size_t> which) { return try_unet(which, texts); });
  if (!tried_unet.ok()) return tried_unet.error();
  const auto tried_decoder =
      scotoma::examine({decoder_->subject(), "a latent", decoded_at_once_, bf16, inputs(decoded_at_once_)},
                       [&](std::span<const std::size_t> which) { return try_decoder(which); });
  if (!tried_decoder.ok()) return tried_decoder.error();
  return {};
}

Result<void> OpenvinoGenerator::try_encoder(TextEncoder& encoder) {
  const auto prompts = test_texts();
  const auto tried =
      scotoma::examine({encoder.network().subject(), "a prompt", 1, encoder.network().precision() == "bf16"},
                       [&](std::span<const std::size_t> which) -> Result<Rows> {
                         SCOTOMA_ASSIGN_OR_RETURN(EncodedText text, encoder.encode(prompts[which[0]], TextFit::cut));
                         text.states.insert(text.states.end(), text.pooled.begin(), text.pooled.end());
                         return Rows{std::move(text.states)};
                       });
  if (!tried.ok()) return tried.error();
  return {};
}

/// The first step of noise that is the test input's own, with its text. Rows beyond `which` repeat the last.
Result<Rows> OpenvinoGenerator::try_unet(std::span<const std::size_t> which, std::span<const Conditioning> texts) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, unet_->call());
  ov::Tensor in = call.request().get_tensor("sample");
  const SamplerStep& step = scheduler_.steps().front();
  const std::size_t one = ov::shape_size(latent_);
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::size_t input = which[std::min(row, which.size() - 1)];
    const std::span noise(in.data<float>() + row * one, one);
    fill_normal(input, 0, noise);
    for (float& v : noise) v *= scheduler_.initial_scale() * step.input_scale;
    SCOTOMA_RETURN_IF_ERROR(put_row(call.request(), row, texts[input], unet_->subject()));
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
