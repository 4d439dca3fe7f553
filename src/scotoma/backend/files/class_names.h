// SPDX-License-Identifier: Apache-2.0
// Class names in the order of a network's outputs, from the files that people have.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// Those of a list that is built in (study/imagenet_1k.h), else reads, in UTF-8 or (with its mark) UTF-16:
///   text        one name a line; perhaps all quoted, perhaps all with their numbers in front ("0 fly", "0: fly")
///   a list      ["fly", "bee"], as JSON or Python writes it
///   by number   {"0": "fly"}, {0: 'fly'}, or with ids as Keras has them {"0": ["n01440764", "fly"]}
///   by name     {"fly": 0}
///   one of the last three under "id2label", "label2id", "names", "classes", "class_names", "labels" or "label_names"
///   timm's config.json of a network of 1,000 classes, which names none: those of ImageNet-1k
/// Numbers run from 0, or from 1, without a gap. Errors: bad_input for everything else, naming the file, what it looks
/// like, and what to do.
Result<std::vector<std::string>> read_class_names(const std::filesystem::path& path);

/// Why there may be more or fewer names than outputs, as the end of a message: "; ..." or empty.
std::string advice_on_count(const std::vector<std::string>& names, std::size_t outputs);

}  // namespace scotoma
