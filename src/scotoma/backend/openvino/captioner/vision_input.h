// SPDX-License-Identifier: Apache-2.0
// The input of a vision-language model's vision network.
#pragma once

#include <filesystem>
#include <memory>
#include <openvino/openvino.hpp>

#include "scotoma/core/result.h"
#include "scotoma/study/preprocessing.h"

namespace scotoma {

/// Leaves a vision network one input, the image. Those of Idefics 3 and SmolVLM are also told which of its patches
/// count and where these lie: in an image of the full size all, in their order. Errors: bad_input naming `file`.
Result<void> keep_image_input(const std::shared_ptr<ov::Model>& vision, const Preprocessing& preprocessing, int batch,
                              const std::filesystem::path& file);

}  // namespace scotoma
