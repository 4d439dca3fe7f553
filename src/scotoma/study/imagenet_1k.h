// SPDX-License-Identifier: Apache-2.0
// The classes of ImageNet-1k, built in: names that are not taken for one another, other words for them, and what they
// are kinds of.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// How a study names them: as classifier.labels, judge.labels and labels.
inline constexpr std::string_view kImagenet1k = "imagenet-1k";

struct ImagenetClass {
  std::string id;                  ///< of WordNet 3.0: "n02012849"
  std::string name;                ///< "crane (wading bird)"; unique, whatever its capitals
  std::vector<std::string> words;  ///< others for it: "crane", "crane bird"
  std::string hypernym;            ///< what it is a kind of, most narrowly: "wading bird"
};

/// All 1,000, in the order in which networks trained on ImageNet-1k give them: by id.
const std::vector<ImagenetClass>& imagenet_1k();

/// Whether a study's `labels` of a network name a list that is built in, instead of a file.
inline bool is_built_in(const std::filesystem::path& labels) { return labels == kImagenet1k; }

/// The class names of a list that is built in; empty for files.
std::vector<std::string> built_in_class_names(const std::filesystem::path& labels);

/// Places of the classes that a term names, in their order: by their id, name or any word for them, or by id or word of
/// anything that they are a kind of. "dog", "all dogs" and "n02084071" are 118 breeds. Capitals do not count. Errors:
/// bad_input where it names none.
Result<std::vector<std::size_t>> imagenet_classes(std::string_view term);

/// Whether a label of a study stands for classes of the list: "imagenet-1k", "imagenet-1k/dog".
bool names_imagenet(std::string_view label);

/// Labels for them: all classes, or those of the term behind the slash. Errors: bad_input, as above.
Result<std::vector<StudyLabel>> imagenet_labels(std::string_view label);

}  // namespace scotoma
