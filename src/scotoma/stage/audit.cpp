// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

PairedEffect effect_of(const std::vector<Pair>& pairs, Direction direction) {
  PairedEffect effect;
  for (const Pair& pair : pairs) {
    if (!pair.with.valid() || !pair.without.valid()) continue;
    const bool with = shows(pair.with, direction);
    const bool without = shows(pair.without, direction);
    (with ? (without ? effect.both : effect.only_with) : (without ? effect.only_without : effect.neither)) += 1;
  }
  const Interval lift = newcombe_paired(effect.both, effect.only_with, effect.only_without, effect.neither, 0.95);
  effect.lift_low = lift.low;
  effect.lift_high = lift.high;
  effect.mcnemar_p = mcnemar_exact(effect.only_with, effect.only_without);
  return effect;
}

void conclude(const StageContext& context, Hypothesis& hypothesis, std::vector<Sample> with,
              const std::vector<Sample>& without) {
  hypothesis.audit = rate_of(with, hypothesis.direction);
  hypothesis.audit_base = rate_of(without, hypothesis.direction);
  for (std::size_t i = 0; i < with.size(); ++i) hypothesis.pairs.push_back({with[i], without[i]});
  hypothesis.effect = effect_of(hypothesis.pairs, hypothesis.direction);
  const WrongAnswer wrong = most_frequent_wrong(with);
  if (wrong.count > 0) hypothesis.predicted = context.class_names[static_cast<std::size_t>(wrong.class_index)];
  hypothesis.predicted_count = wrong.count;
  hypothesis.audit_samples = std::move(with);
}

}  // namespace

Result<void> audit(StageContext& context, std::vector<Hypothesis>& hypotheses) {
  const auto confirmed = std::count_if(hypotheses.begin(), hypotheses.end(),
                                       [](const Hypothesis& h) { return h.status == Status::confirmed; });
  const int count = context.budget().for_each_audit(static_cast<std::size_t>(confirmed));
  std::vector<std::size_t> chosen;
  std::vector<Trial> with;
  std::vector<Trial> without;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    const Hypothesis& hypothesis = hypotheses[h];
    if (hypothesis.status != Status::confirmed) continue;
    if (!context.budget().affords(count, 2 * (chosen.size() + 1))) {
      context.limits.push_back(
          fmt::format("The budget of {} images had none left to audit '{}'; its rate is known from confirmation only.",
                      context.study.budget.images, hypothesis.prompt));
      continue;
    }
    chosen.push_back(h);
    with.push_back(trial_of(hypothesis));
    without.push_back({hypothesis.label, base_prompts(context.study.prompts, context.target(hypothesis.label).label),
                       hypothesis.prompt});
  }
  if (chosen.empty()) return {};
  if (count < context.study.budget.audit) {
    context.limits.push_back(fmt::format(
        "The budget of {} images paid for audits of {} images a bug in place of {}: their intervals are wider; raise "
        "budget.images.",
        context.study.budget.images, count, context.study.budget.audit));
  }
  context.step(
      fmt::format("auditing {} confirmed phrase{} on fresh images", chosen.size(), chosen.size() == 1 ? "" : "s"));
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, sample_trials(context, with, Purpose::audit, 0, count));
  SCOTOMA_ASSIGN_OR_RETURN(const auto controls, sample_trials(context, without, Purpose::audit, 0, count));
  for (std::size_t i = 0; i < chosen.size(); ++i)
    conclude(context, hypotheses[chosen[i]], std::move(samples[i]), controls[i]);
  return {};
}

}  // namespace scotoma
