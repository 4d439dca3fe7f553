// SPDX-License-Identifier: Apache-2.0
// Lists of phrases, and what comes of them, for the stages that read lists.
#pragma once

#include <string>
#include <vector>

#include "fake/stage.h"
#include "scotoma/stage/listed.h"

namespace scotoma::fake {

inline const std::vector<AttributeList> kLists = {list("places", {"on a flower", "in the snow", "on the grass"}),
                                                  list("looks", {"dark", "blurry"}, true),
                                                  list("times", {"at night", "at noon"})};

/// The phrases of one label.
inline std::vector<std::string> texts(const std::vector<Listed>& all, const std::string& label) {
  std::vector<std::string> found;
  for (const Listed& one : all) {
    if (one.label == label) found.push_back(one.phrase.text);
  }
  return found;
}

/// Baseline samples without a failure.
inline std::vector<BaseResult> bases_of(const std::vector<std::string>& labels) {
  std::vector<BaseResult> bases;
  for (const auto& label : labels) bases.push_back(Stage::base(label, 0, 48));
  return bases;
}

}  // namespace scotoma::fake
