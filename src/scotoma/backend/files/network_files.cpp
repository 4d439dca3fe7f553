// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/network_files.h"

#include <algorithm>
#include <string>

#include "scotoma/backend/files/onnx_weights.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/core/letters.h"

namespace scotoma {

namespace fs = std::filesystem;

std::optional<NetworkFormat> network_format(const fs::path& path) {
  if (is_folder(path)) {
    return is_file(path / "saved_model.pb") ? std::optional(NetworkFormat::saved_model) : std::nullopt;
  }
  const std::string kind = small_ascii(path.extension().string());
  if (kind == ".onnx") return NetworkFormat::onnx;
  if (kind == ".xml") return NetworkFormat::ir;
  if (kind == ".tflite") return NetworkFormat::tflite;
  return std::nullopt;
}

fs::path folder_of_network(const fs::path& path) { return is_folder(path) ? path : path.parent_path(); }

Result<std::vector<fs::path>> companions_of_network(const fs::path& path) {
  const auto format = network_format(path);
  if (format == NetworkFormat::onnx) return onnx_weights(path);
  if (format == NetworkFormat::saved_model) return files_below(path);
  std::vector<fs::path> files;
  const auto weights = fs::path(path).replace_extension(".bin");
  if (format == NetworkFormat::ir && is_there(weights)) files.push_back(weights);
  return files;
}

Error cannot_be_listed(const fs::path& path) {
  return bad_input(path.string() + ": cannot be listed, or holds too many files for one model");
}

Result<std::vector<fs::path>> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::follow_directory_symlink, error), end;
       !error && at != end; at.increment(error)) {
    if (is_file(at->path())) files.push_back(at->path());
    if (files.size() > kMostFiles) return cannot_be_listed(folder);
  }
  if (error) return cannot_be_listed(folder);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace scotoma
