// SPDX-License-Identifier: Apache-2.0
#include "scotoma/model/failure.h"

#include <algorithm>
#include <cassert>

namespace scotoma {
namespace {

/// Whether the class is among the first `count` of the best.
bool among_best(const Prediction& prediction, int class_index, std::size_t count) {
  const auto end = prediction.top.begin() + static_cast<std::ptrdiff_t>(std::min(count, prediction.top.size()));
  return std::any_of(prediction.top.begin(), end, [&](const Score& score) { return score.label == class_index; });
}

/// Its probability; 0 where it is not among the best that were kept.
double score_of(const Prediction& prediction, int class_index) {
  for (const Score& score : prediction.top) {
    if (score.label == class_index) return static_cast<double>(score.probability);
  }
  return 0;
}

}  // namespace

bool recognises(const Prediction& prediction, int class_index) { return among_best(prediction, class_index, 1); }

bool fails(const FailureRule& rule, const Prediction& prediction, int class_index) {
  assert(!prediction.top.empty());
  switch (rule.kind) {
    case FailureKind::top_1:
      return !recognises(prediction, class_index);
    case FailureKind::top_k:
      return !among_best(prediction, class_index, static_cast<std::size_t>(rule.k));
    case FailureKind::low_score:
      return score_of(prediction, class_index) < rule.threshold;
    case FailureKind::confident:
      return !recognises(prediction, class_index) &&
             static_cast<double>(prediction.top.front().probability) >= rule.threshold;
  }
  return true;
}

}  // namespace scotoma
