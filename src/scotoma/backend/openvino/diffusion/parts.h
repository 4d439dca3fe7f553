// SPDX-License-Identifier: Apache-2.0
// The networks of a text-to-image folder, as they are read.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <openvino/openvino.hpp>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/core/result.h"

namespace scotoma {

inline constexpr const char* kModelFile = "openvino_model.xml";

/// Reads a part, with f32 in the place of other reals in its inputs and outputs. Errors: bad_input when it cannot be
/// read or has other inputs than `inputs`.
Result<std::shared_ptr<ov::Model>> read_part(Engine& engine, const std::filesystem::path& path,
                                             std::initializer_list<const char*> inputs);

/// The same for a part whose further inputs the caller looks at: `inputs` must be there.
Result<std::shared_ptr<ov::Model>> read_open_part(Engine& engine, const std::filesystem::path& path,
                                                  std::initializer_list<const char*> inputs);

/// Shape of the model's only output, which must hold reals. Some exports leave it open: then a run tells. Errors:
/// bad_input.
Result<ov::Shape> only_output(Network& network);

}  // namespace scotoma
