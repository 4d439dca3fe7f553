// SPDX-License-Identifier: Apache-2.0
// Which files beside an ONNX file hold its weights.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// The files that the tensors' external_data name ("location" in onnx.proto's TensorProto), each once, in the order in
/// which they come; relative ones are meant from the model's folder. Errors: bad_input when the file cannot be read or
/// is not ONNX.
Result<std::vector<std::filesystem::path>> onnx_weights(const std::filesystem::path& model);

}  // namespace scotoma
