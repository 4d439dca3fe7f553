// SPDX-License-Identifier: Apache-2.0
// The two JSON files of FiftyOne's own dataset type, FiftyOneDataset, as FiftyOne 1.22.1 exports them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/export/dataset.h"
#include "scotoma/export/output_file.h"

namespace scotoma {

/// samples.json: what is known of each image, as documents of FiftyOne's database. `ground_truth` holds the right class
/// and `predictions` the classifier's answer with its probability, so that evaluate_classifications() compares like
/// with like; the rest are fields of their own (FiftyoneSamples leaves out none of image_json()). Ids come from hashes:
/// the bytes are a function of the dataset.
class FiftyoneSamples {
 public:
  /// The dataset and the findings must outlive it.
  FiftyoneSamples(const Dataset& dataset, const Findings& findings, std::filesystem::path file);

  /// `file_name`: the image, from the dataset's folder. Errors: failed when the disk is full.
  Result<void> add(const DatasetImage& image, const std::string& file_name);

  /// Call once, at the end. Errors: as add().
  Result<void> finish();

 private:
  const Dataset& dataset_;
  const Findings& findings_;
  std::filesystem::path file_;
  std::vector<std::string> finding_of_;  ///< id of the cause or systematic failure, by bug of the dataset
  std::optional<OutputFile> out_;
};

/// metadata.json: the fields with their types and meanings, and a saved view for each cause and each systematic failure
/// that has images here, called by its id (a long one cut, with a hash), with its sentence. FiftyOne numbers and dates
/// the dataset and its samples when it reads them; a view's dates it takes as they are, here none: there is no clock.
nlohmann::ordered_json fiftyone_metadata(const Study& study, const Findings& findings, const Dataset& dataset,
                                         const ExportOptions& options);

}  // namespace scotoma
