// SPDX-License-Identifier: Apache-2.0
// What a pipeline of diffusers is, by the name of its class: which of them no backend here runs, and why.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace scotoma {

/// What a pipeline of the class `name` with the parts of `index` (its model_index.json) is, for people: "FLUX, a
/// transformer trained by flow matching". Empty where nothing speaks against it being a Stable Diffusion, SDXL or LCM
/// model that generates images of texts.
std::string other_pipeline(std::string_view name, const nlohmann::json& index);

}  // namespace scotoma
