#include "stage/explore.h"

#include <fmt/format.h>

#include <algorithm>

#include "finding/count.h"
#include "stage/trial.h"

namespace scotoma {
namespace {

/// Mean of the Beta(1, 1) posterior: orders small samples sensibly.
double promise(const Rate& rate) { return (rate.failures + 1.0) / (rate.valid + 2.0); }

/// Sorts by promise, marks those that end here, returns the rest.
std::vector<std::size_t> survivors(const StageContext& context, std::vector<Hypothesis>& hypotheses,
                                   const std::vector<std::size_t>& alive) {
  std::vector<std::size_t> good;
  for (std::size_t h : alive) {
    Hypothesis& hypothesis = hypotheses[h];
    const Rate& rate = hypothesis.explored;
    if (surely_undrawable(rate, context.study.evidence.max_invalid)) {
      hypothesis.status = Status::undrawable;
    } else if (rate.rate <= hypothesis.null_rate) {
      hypothesis.status = Status::not_promising;
    } else {
      good.push_back(h);
    }
  }
  std::stable_sort(good.begin(), good.end(), [&](std::size_t a, std::size_t b) {
    return promise(hypotheses[a].explored) > promise(hypotheses[b].explored);
  });
  const std::size_t keep = std::max((good.size() + 1) / 2, static_cast<std::size_t>(context.study.budget.finalists));
  for (std::size_t i = keep; i < good.size(); ++i) hypotheses[good[i]].status = Status::not_promising;
  good.resize(std::min(keep, good.size()));
  return good;
}

}  // namespace

Result<std::vector<std::size_t>> explore(StageContext& context, std::vector<Hypothesis>& hypotheses) {
  const BudgetOptions& budget = context.study.budget;
  std::vector<std::size_t> alive;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    if (hypotheses[h].status != Status::untestable) alive.push_back(h);
  }
  int count = budget.first_look;
  for (int round = 0, first = 0; round < budget.rounds && !alive.empty(); ++round) {
    const auto affordable = static_cast<std::size_t>(context.left_to_explore() / count);
    if (alive.size() > affordable) {
      if (round > 0) break;  // what was seen so far must do
      alive.resize(affordable);
    }
    context.progress.stage(fmt::format("exploring {} phrases, {} images each", alive.size(), count));
    std::vector<Trial> trials;
    for (std::size_t h : alive) trials.push_back(trial_of(hypotheses[h]));
    SCOTOMA_TRY(auto samples, observe_trials(context, trials, "explore", first, count));
    for (std::size_t i = 0; i < alive.size(); ++i) {
      Hypothesis& hypothesis = hypotheses[alive[i]];
      hypothesis.tried.insert(hypothesis.tried.end(), samples[i].begin(), samples[i].end());
      hypothesis.explored = rate_of(hypothesis.tried, hypothesis.direction);
    }
    context.spent.explore += count * static_cast<int>(alive.size());
    context.progress.spent(context.spent.total(), budget.images);
    alive = survivors(context, hypotheses, alive);
    first += count;
    count = std::min(2 * count, budget.images);  // the budget bounds it: the product stays an int
  }
  for (std::size_t i = static_cast<std::size_t>(budget.finalists); i < alive.size(); ++i)
    hypotheses[alive[i]].status = Status::not_promising;
  alive.resize(std::min(alive.size(), static_cast<std::size_t>(budget.finalists)));
  return alive;
}

}  // namespace scotoma
