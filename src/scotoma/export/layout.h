// SPDX-License-Identifier: Apache-2.0
// Where images and what is known of them lie in a dataset's folder, as its readers expect it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/export/dataset.h"

namespace scotoma {

/// Where the folders of the two sides stand in the dataset's folder, with a slash at the end; empty: in that folder.
std::string sides_folder(ExportFormat format);

/// What is known of every image, a line an image, in every format.
inline constexpr const char* kImagesFile = "images.jsonl";

class Layout {
 public:
  virtual ~Layout() = default;

  /// Takes the dataset's images in their order. Errors: failed when the disk is full.
  virtual Result<void> add(const DatasetImage& image, std::string_view png) = 0;

  /// Closes all files; call once, at the end. Errors: as add().
  virtual Result<void> finish() = 0;

  /// Archives that hold images, by name, each side's in the order written. Empty where images are files.
  virtual std::vector<std::string> archives() const { return {}; }
};

/// For a folder that is there. Dataset and findings must outlive the layout. It holds no more than one image, and at
/// most two files of each side, and one of all images, are open at a time.
std::unique_ptr<Layout> make_layout(const Dataset& dataset, const Findings& findings, const ExportOptions& options,
                                    std::filesystem::path folder);

}  // namespace scotoma
