// SPDX-License-Identifier: Apache-2.0
// A dataset described for readers of Croissant: croissant.json beside its files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "scotoma/export/dataset.h"

namespace scotoma {

/// A file that is no image, with its SHA-256 in hexadecimal digits.
struct DescribedFile {
  std::string name;  ///< from the dataset's folder
  std::string sha256;
};

/// Croissant 1.0 in JSON-LD: files with their checksums, the images as a set of files or of members of `archives`, and
/// one record set, "images", with the image and the fields of image_json(). It joins `lines`, which are images.jsonl,
/// to the images by their names. No date is in it, which Croissant recommends: the bytes are a function of the
/// arguments. Source: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html, and what mlcroissant 1.1.1
/// reads.
nlohmann::ordered_json croissant_json(const Study& study, const Dataset& dataset, const ExportOptions& options,
                                      const DescribedFile& lines, const std::vector<DescribedFile>& archives);

}  // namespace scotoma
