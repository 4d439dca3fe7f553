// SPDX-License-Identifier: Apache-2.0
// Where samples come from: models behind their memory (cache/memo.h), or coins in a simulation.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/finding/finding.h"

namespace scotoma {

/// An image to generate, the label that should be in it, and the class that is the right answer.
struct Query {
  std::string label;
  int class_index = 0;
  GenerationRequest request;
  FailureRule failure = {};  ///< when the answer counts as a failure
  bool draft = false;        ///< a cheaper image will do (stage/drafts.h)
};

class Sampler {
 public:
  virtual ~Sampler() = default;

  /// Generates, classifies and judges: a sample for each query, in their order, each a function of its query
  /// alone. Requires that all of them are drafts, or none is.
  virtual Result<std::vector<Sample>> sample(std::span<const Query> queries) = 0;

  /// Of each prompt, whether the generator reads it to its end.
  virtual Result<std::vector<bool>> read_whole(std::span<const std::string> prompts) {
    return std::vector<bool>(prompts.size(), true);
  }
};

}  // namespace scotoma
