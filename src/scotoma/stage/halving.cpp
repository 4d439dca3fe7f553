// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/count.h"
#include "scotoma/stage/explorer.h"

namespace scotoma {
namespace {

constexpr double kNearlyAlways = 0.8;
constexpr int kFewestToSettle = 3;  // valid images that may settle anything

/// Those above their null, best first; the others end here.
std::vector<std::size_t> above_null(Exploration& exploration, const std::vector<std::size_t>& arms) {
  std::vector<std::size_t> good;
  for (const std::size_t h : exploration.generatable(arms)) {
    Hypothesis& hypothesis = exploration[h];
    if (hypothesis.explored.rate <= hypothesis.null_rate) {
      hypothesis.status = Status::not_promising;
    } else {
      good.push_back(h);
    }
  }
  return exploration.best_first(good);
}

/// Whether more images would only say again what was seen: it nearly always shows the event.
bool settled(const Hypothesis& hypothesis) {
  return hypothesis.explored.valid >= kFewestToSettle && hypothesis.explored.rate >= kNearlyAlways &&
         clearly_above(hypothesis.explored, hypothesis.null_rate);
}

}  // namespace

Result<std::vector<std::size_t>> halving(Exploration& exploration) {
  const BudgetOptions& budget = exploration.budget();
  const auto finalists = static_cast<std::size_t>(budget.finalists);
  std::vector<std::size_t> alive = exploration.arms();
  int count = exploration.initial_images(alive.size());
  for (int round = 0; round < budget.rounds && !alive.empty(); ++round) {
    // What was seen so far must do where a round for all cannot be paid for: evidence needs the rest.
    if (alive.size() > static_cast<std::size_t>(exploration.left() / count)) break;
    std::vector<std::size_t> open = alive;
    if (alive.size() <= finalists) std::erase_if(open, [&](std::size_t h) { return settled(exploration[h]); });
    if (open.empty()) break;
    exploration.context().step(fmt::format("exploring {}, {} images each", counted_phrases(open.size()), count));
    SCOTOMA_RETURN_IF_ERROR(exploration.look(open, count));
    alive = above_null(exploration, alive);
    alive = exploration.cut(alive, std::max((alive.size() + 1) / 2, finalists));
    count = std::min(2 * count, budget.images);  // the budget bounds it: the product stays an int
  }
  return exploration.cut(alive, finalists);
}

}  // namespace scotoma
