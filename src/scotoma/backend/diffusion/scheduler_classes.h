// SPDX-License-Identifier: Apache-2.0
// Which of our samplers can stand in for which of diffusers' scheduler classes, and for which none can.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "scotoma/core/result.h"

namespace scotoma {

/// The sampler to use, "ddim", "euler" or "dpmsolver++": `asked` where it is not empty, else what `config`'s
/// _class_name says. All three solve the same equation over the same noise schedule, so each is sound for any model
/// that was trained on epsilon, v or the clean image (Karras et al., arXiv 2206.00364). Errors: bad_input for classes
/// that are not implemented, with what to set instead; and, whatever is asked, for those of models that none of ours
/// can sample: flow matching, consistency distillation, EDM's preconditioning. `path` names the file in them.
Result<std::string> choose_sampler(const nlohmann::json& config, const std::string& asked,
                                   const std::filesystem::path& path);

}  // namespace scotoma
