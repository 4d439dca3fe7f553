// SPDX-License-Identifier: Apache-2.0
// What an ONNX file asks for and OpenVINO's reader leaves out without a word.
#pragma once

#include <filesystem>
#include <openvino/core/model.hpp>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// An attribute of a node that OpenVINO 2026.4 converts as if it were not there.
struct DroppedAttribute {
  std::string op;         ///< "Resize"
  std::string node;       ///< its name, else that of its output
  std::string output;     ///< its first output
  std::string attribute;  ///< "antialias"
  std::string value;      ///< as a person writes it: "1", "not_larger"
};

/// All such attributes in a file, in nested graphs and functions too; found by running the node tests of the onnx
/// package through the engine (tests/cases/onnx/make_models.py names them). Errors: bad_input when the file cannot be
/// read or is not ONNX.
Result<std::vector<DroppedAttribute>> dropped_attributes(const std::filesystem::path& file);

/// Refuses a file whose `model`, converted by the engine, computes something else than the file says. An antialias that
/// only enlarges changes nothing and passes. Max-pooling with ceil_mode = 1 is refused where a window would begin
/// beyond the image: ONNX and PyTorch leave it out, the engine answers the lowest number that there is. Errors:
/// bad_input, naming the node and what to do.
Result<void> check_attributes(const std::filesystem::path& file, const ov::Model& model);

}  // namespace scotoma
