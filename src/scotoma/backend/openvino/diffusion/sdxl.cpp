// SPDX-License-Identifier: Apache-2.0
// Stable Diffusion XL and SDXL-Turbo (Podell et al., arXiv 2307.01952): the denoiser reads the states before the last
// of two text encoders side by side, the second one's pooled text, and which size the image has and how it was cropped.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/openvino/diffusion/family.h"

namespace scotoma {
namespace {

constexpr std::size_t kTimeIds = 6;  ///< original size, crop and target size, each of the height first

class Sdxl final : public Family {
 public:
  Sdxl(std::unique_ptr<TextEncoder> first, std::unique_ptr<TextEncoder> second, bool zeros, const FamilyFolder& folder)
      : first_(std::move(first)), second_(std::move(second)), zeros_(zeros) {
    const auto height = static_cast<float>(folder.image_height);
    const auto width = static_cast<float>(folder.image_width);
    time_ids_ = {height, width, 0, 0, height, width};
  }

  std::vector<TextEncoder*> encoders() override { return {first_.get(), second_.get()}; }

  std::string settings() const override {
    return fmt::format("sdxl zeros {} {} {}", zeros_, first_->tokenizer().own_rules(),
                       second_->tokenizer().own_rules());
  }

  Result<Conditioning> condition(const std::string& prompt, TextFit fit) override {
    SCOTOMA_ASSIGN_OR_RETURN(const EncodedText first, first_->encode(prompt, fit));
    SCOTOMA_ASSIGN_OR_RETURN(EncodedText second, second_->encode(prompt, fit));
    Conditioning out;
    out.push_back({"encoder_hidden_states", side_by_side(first.states, second.states)});
    out.push_back({"text_embeds", std::move(second.pooled)});
    out.push_back({"time_ids", time_ids_});
    return out;
  }

  Result<Conditioning> condition_negative(const std::string& prompt) override {
    SCOTOMA_ASSIGN_OR_RETURN(Conditioning out, condition(prompt, TextFit::whole));
    if (!prompt.empty() || !zeros_) return out;
    for (InputRow& row : out) {
      if (row.input != "time_ids") std::fill(row.values.begin(), row.values.end(), 0.0F);
    }
    return out;
  }

 private:
  /// [length, a] and [length, b] to [length, a + b].
  std::vector<float> side_by_side(const std::vector<float>& first, const std::vector<float>& second) const {
    std::vector<float> out;
    out.reserve(first.size() + second.size());
    const auto part = [](const std::vector<float>& states, std::size_t token, std::size_t width) {
      return std::span(states).subspan(token * width, width);
    };
    for (std::size_t token = 0; token < first_->length(); ++token) {
      const auto a = part(first, token, first_->width());
      const auto b = part(second, token, second_->width());
      out.insert(out.end(), a.begin(), a.end());
      out.insert(out.end(), b.begin(), b.end());
    }
    return out;
  }

  std::unique_ptr<TextEncoder> first_;
  std::unique_ptr<TextEncoder> second_;
  bool zeros_;  ///< an empty negative prompt is zeros, and not the embedding of the empty text
  std::vector<float> time_ids_;
};

/// The widths that the U-Net takes and the encoders give.
Result<void> check_widths(const FamilyFolder& folder, const TextEncoder& first, const TextEncoder& second) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::size_t states, row_width(folder, "encoder_hidden_states"));
  SCOTOMA_ASSIGN_OR_RETURN(const std::size_t pooled, row_width(folder, "text_embeds"));
  if (first.width() + second.width() != states || second.pooled_width() != pooled ||
      first.length() != second.length()) {
    return bad_input(fmt::format(
        "{}: the text encoders give {} and {} numbers a token of {} and {}, and {} a text; the U-Net takes {} "
        "and {}; do they belong together?",
        folder.path.string(), first.width(), second.width(), first.length(), second.length(), second.pooled_width(),
        states, pooled));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Family>> open_sdxl(Engine& engine, const FamilyFolder& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::size_t ids, row_width(folder, "time_ids"));
  if (ids != kTimeIds) {
    return bad_input(fmt::format(
        "{}: takes {} time_ids, and SDXL's base takes {}: SDXL's refiner takes 5, and only refines images that "
        "another model made; give the base model",
        folder.unet_path.string(), ids, kTimeIds));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const bool zeros, json_value(folder.index, "force_zeros_for_empty_prompt", true,
                                                        folder.path / "model_index.json"));
  const auto length = text_length(*folder.unet);
  SCOTOMA_ASSIGN_OR_RETURN(auto first,
                           TextEncoder::load(engine, folder.path, {"", TextState::penultimate, false, length}));
  SCOTOMA_ASSIGN_OR_RETURN(auto second,
                           TextEncoder::load(engine, folder.path, {"_2", TextState::penultimate, true, length}));
  SCOTOMA_RETURN_IF_ERROR(check_widths(folder, *first, *second));
  return std::unique_ptr<Family>(std::make_unique<Sdxl>(std::move(first), std::move(second), zeros, folder));
}

}  // namespace scotoma
