// SPDX-License-Identifier: Apache-2.0
// The findings of a finished study as a dataset that others can load.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "scotoma/core/cancel.h"
#include "scotoma/export/options.h"
#include "scotoma/finding/events.h"
#include "scotoma/finding/finding.h"
#include "scotoma/image/image_folder.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct Exported {
  std::size_t bugs = 0;
  std::size_t exceptions = 0;
  std::size_t systematic = 0;  ///< systematic failures
  std::size_t train = 0;
  std::size_t test = 0;
  std::vector<std::string> one_sided = {};  ///< labels that have images on one of the two sides only
};

/// Writes the dataset into `folder`, which appears whole or not at all. Its bytes are a function of the study, the
/// findings and the options. Holds one image in memory at a time, beside what the findings hold.
/// Errors: bad_input for a folder that is there and not empty, and for options under which there is nothing to export;
/// failed when an image is missing or damaged, or the disk is full; interrupted.
Result<Exported> export_dataset(const Study& study, const Findings& findings, const ImageFolder& images,
                                const ExportOptions& options, const std::filesystem::path& folder,
                                const CancelToken& cancel, Listener& listener);

}  // namespace scotoma
