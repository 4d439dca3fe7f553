// SPDX-License-Identifier: Apache-2.0
// What a file is that is given as a model and is none that is read here, and the command that makes one of it.
// Checked before the engine sees it, whose own words for the same are few.
#pragma once

#include <filesystem>

#include "scotoma/core/result.h"

namespace scotoma {

/// Refuses what cannot be a whole ONNX file or OpenVINO IR: nothing there, a folder, another framework's file, a
/// pointer of Git LFS, an ONNX file without its weights, or with weights behind links that leave its folder, which the
/// engine does not follow (a Hugging Face cache has such). Errors: bad_input with what it is and what to do.
Result<void> check_model_file(const std::filesystem::path& path);

/// The same for openvino_tokenizer.xml and openvino_detokenizer.xml: where the tokenizer is there and was not
/// converted, the error names the command.
Result<void> check_tokenizer_file(const std::filesystem::path& file);

}  // namespace scotoma
