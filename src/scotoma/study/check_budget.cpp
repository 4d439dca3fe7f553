// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/check_budget.h"

#include <fmt/format.h>

#include <cstdint>

namespace scotoma {

Result<void> check_budget(const Study& study) {
  const BudgetOptions& budget = study.budget;
  const int each = budget.base_at_first();
  const std::int64_t images = std::int64_t{each} * std::ssize(study.labels);
  if (images <= budget.images) return {};
  return bad_input(
      fmt::format("{}: budget.images is {}, but the baseline images alone take {} ({} labels x {}); raise "
                  "budget.images or lower {}",
                  study.file.string(), budget.images, images, study.labels.size(), each, budget.base_key()));
}

}  // namespace scotoma
