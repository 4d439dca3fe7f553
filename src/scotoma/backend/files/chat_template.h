// SPDX-License-Identifier: Apache-2.0
// How a question about an image is put to a model that was trained on conversations.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

inline constexpr std::string_view kPromptPlace = "{prompt}";  ///< where a question stands in a conversation's text

/// The text of a conversation of one question about one image, up to where the answer begins, with kPromptPlace for the
/// question: "USER: <image>\n{prompt} ASSISTANT:". It is what the folder's chat template makes of it in transformers,
/// without the token that begins every text. Templates are programs (Jinja), which are not run here: those of known
/// models are recognised by what they print (printed_by). Errors: bad_input, naming the file and how the text is got in
/// Python, for other templates and where there is none.
Result<std::string> read_conversation(const std::filesystem::path& folder);

/// All that a Jinja template can print, in the order of its text: what stands outside of tags, as a quoted text, and
/// the expressions, without blanks outside of quotes. Blanks around tags go where Jinja drops them with trim_blocks and
/// lstrip_blocks, which transformers sets. Calls of raise_exception are left out.
std::vector<std::string> printed_by(std::string_view jinja);

}  // namespace scotoma
