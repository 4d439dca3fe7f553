// SPDX-License-Identifier: Apache-2.0
// Networks as files: which formats are read, and which files hold one.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

enum class NetworkFormat {
  onnx,         ///< .onnx, its weights perhaps in files that it names
  ir,           ///< OpenVINO's .xml, its weights in the .bin of its name
  tflite,       ///< .tflite
  saved_model,  ///< a folder with saved_model.pb, as TensorFlow and Keras export one
};

/// For messages.
inline constexpr const char* kNetworkFormats =
    ".onnx, OpenVINO's .xml, .tflite, or TensorFlow's SavedModel (the folder of saved_model.pb)";

/// By the name alone, and of a folder by what is in it; nothing: none that is read.
std::optional<NetworkFormat> network_format(const std::filesystem::path& path);

/// The folder that class names and preprocessing of a network lie in: that of its file, or the SavedModel itself.
std::filesystem::path folder_of_network(const std::filesystem::path& path);

/// The files beyond `path` that belong to a network: weights, and for a SavedModel everything in its folder. Errors:
/// bad_input where an ONNX file cannot be read, or a folder not be listed.
Result<std::vector<std::filesystem::path>> companions_of_network(const std::filesystem::path& path);

/// All files below a folder, in the order of their paths; links to folders are followed, as loading follows them. One
/// that leads in a circle is followed until the system ends it. Errors: bad_input where it cannot be listed, or holds
/// more files than a model has.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder);

/// What a folder is refused with that holds more than a model's files.
inline constexpr std::size_t kMostFiles = 1000;
Error cannot_be_listed(const std::filesystem::path& path);

}  // namespace scotoma
