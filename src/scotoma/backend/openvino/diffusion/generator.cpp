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

constexpr std::size_t kKeptBytes = 64U << 20U;  ///< of conditionings, so that a prompt is embedded once

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

Result<void> put_row(ov::InferRequest& request, std::size_t row, const Conditioning& conditioning,
                     const std::string& subject) {
  for (const InputRow& each : conditioning) {
    ov::Tensor tensor = request.get_tensor(each.input);
    if ((row + 1) * each.values.size() > tensor.get_size()) {
      return failed(fmt::format("{}: '{}' has no row of {} numbers", subject, each.input, each.values.size()));
    }
    std::copy(each.values.begin(), each.values.end(), tensor.data<float>() + row * each.values.size());
  }
  return {};
}

/// The family is not said of Stable Diffusion 1.x and 2.x: stored results hold this line.
std::string OpenvinoGenerator::describe() const {
  const std::string& mended = scheduler_.mended();
  const std::string family = kind_ == FamilyKind::stable_diffusion ? "" : fmt::format("{}, ", name_of(kind_));
  return fmt::format("{}{}{}, guidance {:g}, {} x {}, {}", family, scheduler_.name(),
                     mended.empty() ? "" : " with " + mended, guidance_, image_[3], image_[2], unet_->precision());
}

std::string OpenvinoGenerator::needs() const {
  constexpr double kGigabyte = 1e9;
  const double weights = static_cast<double>(memory_.weights) / kGigabyte;
  const double each = static_cast<double>(memory_.activations) / kGigabyte;
  const double sum = weights + each * static_cast<double>(at_once_);
  if (sum < 1) return "";
  return fmt::format("about {:.1f} GB of memory: {:.1f} of weights, {:.1f} for each of at most {} batches at once", sum,
                     weights, each, at_once_);
}

double OpenvinoGenerator::engine_seconds() const {
  if (shares_) return 0;
  double sum = unet_->seconds() + decoder_->seconds();
  for (const TextEncoder* encoder : family_->encoders()) sum += encoder->network().seconds();
  return sum;
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

Result<OpenvinoGenerator::Shared> OpenvinoGenerator::condition(Side side, const std::string& prompt) {
  const std::pair key(side, prompt);
  {
    const std::lock_guard lock(mutex_);
    const auto found = conditionings_.find(key);
    if (found != conditionings_.end()) return found->second;
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto conditioning, side == Side::with ? family_->condition(prompt, TextFit::whole)
                                                                 : family_->condition_negative(prompt));
  const auto made = std::make_shared<const Conditioning>(std::move(conditioning));
  std::size_t bytes = 0;
  for (const InputRow& row : *made) bytes += row.values.size() * sizeof(float);
  const std::lock_guard lock(mutex_);
  if (kept_bytes_ >= kKeptBytes) {
    conditionings_.clear();
    kept_bytes_ = 0;
  }
  const auto [kept, is_new] = conditionings_.emplace(key, made);
  if (is_new) kept_bytes_ += bytes;
  return kept->second;
}

Result<bool> OpenvinoGenerator::reads_whole(const std::string& prompt) {
  const auto read = condition(Side::with, prompt);
  if (read.ok()) return true;
  if (read.error().code == Code::bad_input) return false;
  return read.error();
}

/// Under classifier-free guidance first the rows without the prompts, then those with them. Rows beyond the requests
/// repeat the last one.
Result<void> OpenvinoGenerator::fill_conditioning(ov::InferRequest& request,
                                                  std::span<const GenerationRequest> requests) {
  const std::size_t first = rows() - batch_;
  for (std::size_t row = 0; row < first; ++row) {
    SCOTOMA_ASSIGN_OR_RETURN(const Shared without, condition(Side::without, negative_prompt_));
    SCOTOMA_RETURN_IF_ERROR(put_row(request, row, *without, unet_->subject()));
  }
  for (std::size_t row = 0; row < batch_; ++row) {
    SCOTOMA_ASSIGN_OR_RETURN(const Shared with,
                             condition(Side::with, requests[std::min(row, requests.size() - 1)].prompt));
    SCOTOMA_RETURN_IF_ERROR(put_row(request, first + row, *with, unet_->subject()));
  }
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
  SCOTOMA_RETURN_IF_ERROR(fill_conditioning(call.request(), requests));
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
