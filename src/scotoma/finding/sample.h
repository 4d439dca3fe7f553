// SPDX-License-Identifier: Apache-2.0
// An image with its answers, and rates of many: what findings and certificates are made of.
#pragma once

#include <string>

#include "scotoma/model/failure.h"
#include "scotoma/model/roles.h"

namespace scotoma {

/// One generated image and what the models said of it. Its pixels stay in the cache, under `image`.
struct Sample {
  GenerationRequest request;
  std::string image;  ///< image_id, also the name of its file in the cache
  Prediction prediction;
  Judgement judgement;
  bool correct = false;    ///< does not fail under the study's rule (model/failure.h)
  bool overruled = false;  ///< the rule decides otherwise than whether the best class is the label's

  bool valid() const { return judgement.valid; }
  bool failure() const { return judgement.valid && !correct; }
  bool recognised() const { return correct != overruled; }  ///< the best class is the label's, whatever the rule

  /// Fails, and is misclassified as another class; a failure for its score alone is not.
  bool misclassified() const { return failure() && !recognised(); }

  /// Sets what the rule says of the prediction where `class_index` is the right class.
  void decide(const FailureRule& rule, int class_index) {
    correct = !fails(rule, prediction, class_index);
    overruled = correct != recognises(prediction, class_index);
  }

  bool operator==(const Sample&) const = default;
};

/// A failure rate among valid images, with a 95 % Clopper-Pearson interval. For Direction::passes, of passing.
struct Rate {
  int failures = 0;  ///< events: failures, or passes
  int valid = 0;
  int invalid = 0;  ///< images left out because the judge did not see the label in them
  double rate = 0;
  double low = 0;
  double high = 1;

  bool operator==(const Rate&) const = default;
};

}  // namespace scotoma
