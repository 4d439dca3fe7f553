// SPDX-License-Identifier: Apache-2.0
// Stable Diffusion 1.x and 2.x, SD-Turbo and what was tuned from them: the denoiser reads the last states of one text
// encoder.
#include <fmt/format.h>

#include "scotoma/backend/openvino/diffusion/family.h"

namespace scotoma {
namespace {

class StableDiffusion final : public Family {
 public:
  explicit StableDiffusion(std::unique_ptr<TextEncoder> encoder) : encoder_(std::move(encoder)) {}

  std::vector<TextEncoder*> encoders() override { return {encoder_.get()}; }
  std::string settings() const override { return encoder_->tokenizer().own_rules(); }

  Result<Conditioning> condition(const std::string& prompt, TextFit fit) override {
    SCOTOMA_ASSIGN_OR_RETURN(auto text, encoder_->encode(prompt, fit));
    Conditioning out;
    out.push_back({"encoder_hidden_states", std::move(text.states)});
    return out;
  }

 private:
  std::unique_ptr<TextEncoder> encoder_;
};

}  // namespace

Result<std::unique_ptr<Family>> open_stable_diffusion(Engine& engine, const FamilyFolder& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::size_t takes, row_width(folder, "encoder_hidden_states"));
  SCOTOMA_ASSIGN_OR_RETURN(
      auto encoder, TextEncoder::load(engine, folder.path, {"", TextState::last, false, text_length(*folder.unet)}));
  if (encoder->width() != takes) {
    return bad_input(
        fmt::format("{}: the text encoder gives {} numbers a token, the U-Net takes {}; do they belong "
                    "together?",
                    folder.path.string(), encoder->width(), takes));
  }
  return std::unique_ptr<Family>(std::make_unique<StableDiffusion>(std::move(encoder)));
}

}  // namespace scotoma
