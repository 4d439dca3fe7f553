// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/rule_of_study.h"

#include <fmt/format.h>

namespace scotoma {

Result<FailureRule> failure_rule(const Study& study, std::size_t classes) {
  const FailureOptions& wanted = study.failure;
  if (wanted.rule == FailureKind::low_score) return FailureRule{FailureKind::low_score, 1, wanted.threshold};
  if (wanted.rule == FailureKind::confident) return FailureRule{FailureKind::confident, 1, wanted.threshold};
  if (wanted.rule != FailureKind::top_k) return FailureRule{};
  if (static_cast<std::size_t>(wanted.k) >= classes) {
    return bad_input(
        fmt::format("{}: failure.k is {}, but the classifier has {} classes: a label is always among its {} best, and "
                    "nothing could fail; take a smaller k",
                    study.file.string(), wanted.k, classes, wanted.k));
  }
  return FailureRule{FailureKind::top_k, wanted.k, 0};
}

}  // namespace scotoma
