// SPDX-License-Identifier: Apache-2.0
// Findings -> the images of a dataset, with all that is known of each.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/export/options.h"
#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A label of the study.
struct DatasetLabel {
  std::string name;
  std::string class_name;  ///< of the classifier
  int class_index = 0;     ///< of the classifier
  std::string folder;      ///< its name where folders stand for labels
};

/// What images of a dataset were generated for: a confirmed hypothesis, or a label that fails systematically.
struct DatasetBug {
  std::string id;         ///< of the hypothesis or the systematic failure
  std::size_t label = 0;  ///< index into Dataset::labels
  std::string phrase;     ///< empty of a systematic failure, whose images are of base prompts alone
  std::string prompt;
  Direction direction = Direction::fails;
  std::string predicted;  ///< most frequent wrong answer; may be empty
  std::string sentence;
  std::string generated_for;  ///< "audit"; "confirm" where it was not audited; "baseline" of a systematic failure
  Rate rate;                  ///< of failures, whatever the direction
  const std::vector<Sample>* samples = nullptr;  ///< those that images are chosen from, in the order generated
  std::string name;                              ///< its id, fit for a file's name
  std::size_t train = 0;                         ///< images on this side
  std::size_t test = 0;
};

struct DatasetImage {
  const Sample* sample = nullptr;
  std::size_t bug = 0;     ///< index into Dataset::bugs
  std::size_t number = 0;  ///< among the bug's samples, in the order generated
  bool test = false;
};

/// What is exported. Points into the findings, which must outlive it.
struct Dataset {
  std::vector<DatasetLabel> labels;  ///< all of the study, in its order
  std::vector<DatasetBug> bugs;      ///< hypotheses in the findings' order, then systematic failures
  std::vector<DatasetImage> images;  ///< by bug, then in the order generated; none twice

  std::size_t train() const;
  std::size_t test() const;

  /// Labels that have images on one side only, while the dataset has both sides: a reader that numbers the labels of
  /// each side by the images it finds there numbers them differently.
  std::vector<std::string> one_sided() const;
};

/// The images of the audit, which nothing was selected by; of a bug that was not audited, those of confirmation; of a
/// systematic failure the label's baseline images. Without ids in the options: every bug and every systematic failure,
/// no exception. The id of a cause stands for those of its bugs. An image with the same pixels as an earlier one is
/// left out, so that none is on both sides. Requires that the findings' class names hold the study's classes. Errors:
/// bad_input when nothing was found, an id is unknown or of what was not confirmed, no image is left, or the share of
/// the test side is no share.
Result<Dataset> choose_images(const Study& study, const Findings& findings, const ExportOptions& options);

/// All that is known of an image, under the names of docs/export.md. No value is ever null and none changes its type
/// from image to image: readers guess the type of a column from its first rows. The seed is hexadecimal text
/// ("0x00000000deadbeef"): 64 bits without a sign fit no number of theirs, and of decimal digits pandas makes a rounded
/// number though they stand in quotes.
nlohmann::ordered_json image_json(const Dataset& dataset, const Findings& findings, const DatasetImage& image,
                                  const std::string& file_name);

/// "train" or "test".
const char* side_name(bool test);

}  // namespace scotoma
