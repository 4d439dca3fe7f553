// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace scotoma {

/// Lower case, one space between words, no final stop: what the stages take for a caption.
std::string tidy_caption(const std::string& text);

}  // namespace scotoma
