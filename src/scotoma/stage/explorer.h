// SPDX-License-Identifier: Apache-2.0
// What the two ways to explore share: the arms, their images, and the budget. Only stage/explore.h is for others.
#pragma once

#include <cstddef>
#include <vector>

#include "scotoma/stage/context.h"

namespace scotoma {

/// Hypotheses under exploration, paid for from context.budget().for_exploration().
class Exploration {
 public:
  Exploration(StageContext& context, std::vector<Hypothesis>& hypotheses);

  const StageContext& context() const { return context_; }
  const BudgetOptions& budget() const { return context_.study.budget; }
  Hypothesis& operator[](std::size_t arm) { return hypotheses_[arm]; }

  int left() const;  ///< images that may still be generated

  /// All that can be tested, but no more than can have two images each; those beyond stay out_of_budget.
  std::vector<std::size_t> arms() const;

  /// Initial images of each of `arms` arms: budget.initial_images, or as many as all of them can have.
  int initial_images(std::size_t arms) const;

  /// `count` more images of each arm, all together. Arms of which no image so far is valid, which says nothing of the
  /// classifier, get as many again, twice at most, as long as left() pays for it. Requires that left() pays for
  /// `count` of each.
  Result<void> look(const std::vector<std::size_t>& arms, int count);

  /// Ends what surely cannot be generated; the others come back.
  std::vector<std::size_t> generatable(const std::vector<std::size_t>& arms);

  /// Sorted by Promise, best first.
  std::vector<std::size_t> best_first(std::vector<std::size_t> arms) const;

  /// All but the first `most` end as not_promising.
  std::vector<std::size_t> cut(std::vector<std::size_t> arms, std::size_t most);

 private:
  Result<void> generate(const std::vector<std::size_t>& arms, int count);

  StageContext& context_;
  std::vector<Hypothesis>& hypotheses_;
};

/// Successive halving and Thompson sampling, as explore() says. The finalists come back, best first.
Result<std::vector<std::size_t>> halving(Exploration& exploration);
Result<std::vector<std::size_t>> thompson(Exploration& exploration);

}  // namespace scotoma
