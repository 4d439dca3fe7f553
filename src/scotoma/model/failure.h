// SPDX-License-Identifier: Apache-2.0
// The property under test: which answers of the classifier count as failures.
#pragma once

#include "scotoma/core/names.h"
#include "scotoma/model/roles.h"

namespace scotoma {

/// When an image of a label fails. All but `top_1` are decided by the scores that a Prediction keeps, its best
/// Prediction::kTop; none needs another answer of the model, so that a study asked again under another rule recalls
/// them.
enum class FailureKind {
  top_1,      ///< the best class is not the label's
  top_k,      ///< the label's class is not among the `k` best
  low_score,  ///< the label's class scores below `threshold`, or is not among the Prediction::kTop best
  confident,  ///< the best class is not the label's, and scores at least `threshold`
};

constexpr std::array<Named<FailureKind>, 4> names_of(FailureKind) {
  return {{{FailureKind::top_1, "top-1"},
           {FailureKind::top_k, "top-k"},
           {FailureKind::low_score, "low-score"},
           {FailureKind::confident, "confident"}}};
}

struct FailureRule {
  FailureKind kind = FailureKind::top_1;
  int k = 1;             ///< of top_k; 1 .. Prediction::kTop
  double threshold = 0;  ///< of low_score and confident; a probability

  bool operator==(const FailureRule&) const = default;
};

/// Whether the best class is the label's, whatever the rule.
bool recognises(const Prediction& prediction, int class_index);

/// Whether the prediction fails where `class_index` is the right class. Requires a class in the prediction.
bool fails(const FailureRule& rule, const Prediction& prediction, int class_index);

}  // namespace scotoma
