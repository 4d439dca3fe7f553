// SPDX-License-Identifier: Apache-2.0
// Latent consistency models (Luo et al., arXiv 2310.04378), of Stable Diffusion and of SDXL: guidance was distilled
// into the denoiser, which is told its strength and asked once.
#include <fmt/format.h>

#include <cmath>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/openvino/diffusion/family.h"

namespace scotoma {
namespace {

class Lcm final : public Family {
 public:
  Lcm(std::unique_ptr<Family> text, std::vector<float> strength)
      : text_(std::move(text)), strength_(std::move(strength)) {}

  std::vector<TextEncoder*> encoders() override { return text_->encoders(); }
  std::string settings() const override { return "lcm " + text_->settings(); }

  Result<Conditioning> condition(const std::string& prompt, TextFit fit) override {
    SCOTOMA_ASSIGN_OR_RETURN(Conditioning out, text_->condition(prompt, fit));
    out.push_back({"timestep_cond", strength_});
    return out;
  }

 private:
  std::unique_ptr<Family> text_;
  std::vector<float> strength_;
};

}  // namespace

std::vector<float> guidance_embedding(float strength, std::size_t width) {
  const std::size_t half = width / 2;
  std::vector<float> out(width, 0.0F);  // an odd width ends in a zero
  const float fall = std::log(10000.0F) / static_cast<float>(half - 1);
  for (std::size_t i = 0; i < half; ++i) {
    const float angle = strength * 1000.0F * std::exp(static_cast<float>(i) * -fall);
    out[i] = std::sin(angle);
    out[half + i] = std::cos(angle);
  }
  return out;
}

Result<std::unique_ptr<Family>> open_lcm(std::unique_ptr<Family> text, const FamilyFolder& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::size_t takes, row_width(folder, "timestep_cond"));
  const auto path = folder.path / "unet" / "config.json";
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto width,
                           json_value(config, "time_cond_proj_dim", static_cast<std::int64_t>(takes), path));
  if (width != static_cast<std::int64_t>(takes) || takes < 4) {
    return bad_input(
        fmt::format("{}: 'time_cond_proj_dim' is {}, and the U-Net's input timestep_cond has {} numbers, of "
                    "which 4 are the least; do they belong together?",
                    path.string(), width, takes));
  }
  return std::unique_ptr<Family>(
      std::make_unique<Lcm>(std::move(text), guidance_embedding(static_cast<float>(folder.guidance - 1), takes)));
}

}  // namespace scotoma
