// SPDX-License-Identifier: Apache-2.0
// Images of base prompts, as the stages share them.
#pragma once

#include <cstddef>
#include <vector>

#include "scotoma/core/seed.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// Images first .. last - 1 of a label's base prompts, with the seeds of a purpose.
std::vector<Query> base_queries(const StageContext& context, const Target& target, Purpose purpose, int first,
                                int last);

/// A label, by its index among the bases, and how many baseline images it shall have.
struct Wanted {
  std::size_t label = 0;
  int size = 0;
};

/// `size` more fresh baseline images of each of these labels, all at once so that no thread waits: a rate each. They
/// count in its BaseResult::fresh.
Result<std::vector<Rate>> generate_fresh(StageContext& context, const std::vector<Wanted>& wanted,
                                         std::vector<BaseResult>& bases);

}  // namespace scotoma
