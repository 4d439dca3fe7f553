// SPDX-License-Identifier: Apache-2.0
// The families of vision-language models that can be asked for captions, and what differs between them.
#pragma once

#include <cstdint>
#include <filesystem>

#include "scotoma/core/result.h"

namespace scotoma {

struct VisionFamily {
  const char* model_type;  ///< in config.json
  const char* place;       ///< where a conversation (chat_template.h) has the image
  const char* before;      ///< what stands before the image's tokens, in that place
  const char* token;       ///< the token that the image's features fill, one each
  const char* after;
  bool older = false;  ///< optimum-intel 2.2.0 exports it with transformers before 5 only
};

/// The row for the model_type in the folder's config.json. Errors: bad_input that names the family and those that run.
Result<VisionFamily> read_vision_family(const std::filesystem::path& folder);

/// Id of the token that features fill, from config.json. Errors: bad_input.
Result<std::int64_t> read_image_token(const std::filesystem::path& folder);

}  // namespace scotoma
