// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/audit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr std::size_t kNamedUnaudited = 3;  // bugs that a sentence names
constexpr int kPairsBetweenLooks = 4;       // pairs of a label, rounded up to whole rounds of base prompts

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

void conclude(const StageContext& context, Hypothesis& hypothesis) {
  std::vector<Sample> with;
  std::vector<Sample> without;
  for (const Pair& pair : hypothesis.pairs) {
    with.push_back(pair.with);
    without.push_back(pair.without);
  }
  hypothesis.audit = pooled_audit({&hypothesis});
  hypothesis.audit_base = rate_of(without, hypothesis.direction);
  hypothesis.effect = effect_of(hypothesis.pairs, hypothesis.direction);
  const WrongAnswer wrong = most_frequent_wrong(with);
  if (wrong.count > 0) hypothesis.predicted = context.class_names[static_cast<std::size_t>(wrong.class_index)];
  hypothesis.predicted_count = wrong.count;
  hypothesis.audit_samples = std::move(with);
}

/// The audits of one study: a sample a cause, shared over its labels, which grow side by side.
class Audits {
 public:
  Audits(StageContext& context, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& which)
      : context_(context), hypotheses_(hypotheses), round_(audit_round(context.study)) {
    std::vector<std::size_t> confirmed;
    std::vector<std::size_t> unaudited;
    for (const std::size_t h : which) {
      if (hypotheses[h].status != Status::confirmed) continue;
      const bool paid = context.budget().affords(round_, 2 * (confirmed.size() + 1));
      (paid ? confirmed : unaudited).push_back(h);
    }
    say_unaudited(unaudited);
    bugs_ = confirmed.size();
    open_ = grouped_by_cause(hypotheses, confirmed);
  }

  std::size_t bugs() const { return bugs_; }
  const std::vector<std::vector<std::size_t>>& causes() const { return open_; }

  /// Until every interval is narrow enough, or has all the images that the study allows, or none are left.
  Result<void> run() {
    int count = round_;  // of each label at least, and as many as the shortest audit has where the budget pays for that
    while (count < shortest_audit(context_.study) && context_.budget().affords(count + round_, 2 * bugs_))
      count += round_;
    while (!open_.empty()) {
      SCOTOMA_RETURN_IF_ERROR(grow(count));
      std::erase_if(open_, [&](const auto& cause) { return narrow(cause) || full(cause); });
      count = (kPairsBetweenLooks + round_ - 1) / round_ * round_;
      std::size_t labels = 0;
      for (const auto& cause : open_) labels += cause.size();
      if (!context_.budget().affords(count, 2 * labels)) break;
    }
    if (!open_.empty()) {
      context_.limits.push_back(fmt::format(
          "The budget of {} images ended {} before the interval was as narrow as budget.audit_width ({:g}); raise "
          "budget.images.",
          context_.study.budget.images, open_.size() == 1 ? "an audit" : fmt::format("{} audits", open_.size()),
          context_.study.budget.audit_width));
    }
    return {};
  }

 private:
  /// `count` more pairs of each label of every open cause.
  Result<void> grow(int count) {
    std::map<int, std::vector<std::size_t>> by_first;  // hypotheses that have as many pairs already
    for (const auto& cause : open_) {
      for (const std::size_t h : cause) by_first[static_cast<int>(hypotheses_[h].pairs.size())].push_back(h);
    }
    for (const auto& [first, some] : by_first) {
      std::vector<Trial> trials;
      for (const std::size_t h : some) trials.push_back(trial_of(hypotheses_[h]));
      for (const std::size_t h : some) {
        const Hypothesis& hypothesis = hypotheses_[h];
        trials.push_back({hypothesis.label,
                          base_prompts(context_.study.prompts, context_.target(hypothesis.label).label),
                          hypothesis.prompt});
      }
      SCOTOMA_ASSIGN_OR_RETURN(auto samples, sample_trials(context_, trials, Purpose::audit, first, count));
      for (std::size_t i = 0; i < some.size(); ++i) {
        for (std::size_t k = 0; k < samples[i].size(); ++k)
          hypotheses_[some[i]].pairs.push_back({std::move(samples[i][k]), std::move(samples[some.size() + i][k])});
      }
    }
    return {};
  }

  bool narrow(const std::vector<std::size_t>& cause) const {
    std::vector<const Hypothesis*> bugs;
    for (const std::size_t h : cause) bugs.push_back(&hypotheses_[h]);
    const Rate rate = pooled_audit(bugs);
    return rate.valid > 0 && rate.high - rate.low <= context_.study.budget.audit_width;
  }

  bool full(const std::vector<std::size_t>& cause) const {
    const std::size_t images = hypotheses_[cause.front()].pairs.size() * cause.size();
    return images >= static_cast<std::size_t>(context_.study.budget.audit);
  }

  void say_unaudited(const std::vector<std::size_t>& unaudited) {
    if (unaudited.empty()) return;
    std::vector<std::string> named;
    for (const std::size_t h : unaudited) {
      if (named.size() < kNamedUnaudited) named.push_back(fmt::format("'{}'", hypotheses_[h].prompt));
    }
    const std::size_t more = unaudited.size() - named.size();
    context_.limits.push_back(fmt::format(
        "The budget of {} images had none left to audit {}{}; {} known from confirmation only.",
        context_.study.budget.images, fmt::join(named, ", "), more == 0 ? "" : fmt::format(" and {} more", more),
        unaudited.size() == 1 ? "its rate is" : "their rates are"));
  }

  StageContext& context_;
  std::vector<Hypothesis>& hypotheses_;
  int round_;
  std::size_t bugs_ = 0;
  std::vector<std::vector<std::size_t>> open_;
};

}  // namespace

Result<void> audit(StageContext& context, std::vector<Hypothesis>& hypotheses) {
  std::vector<std::size_t> all(hypotheses.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return audit(context, hypotheses, all);
}

Result<void> audit(StageContext& context, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& which) {
  Audits audits(context, hypotheses, which);
  if (audits.bugs() == 0) return {};
  const std::size_t causes = audits.causes().size();
  context.step(fmt::format("auditing {} confirmed phrase{} of {} cause{} on fresh images", audits.bugs(),
                           audits.bugs() == 1 ? "" : "s", causes, causes == 1 ? "" : "s"));
  SCOTOMA_RETURN_IF_ERROR(audits.run());
  for (const std::size_t h : which) {
    if (!hypotheses[h].pairs.empty() && !hypotheses[h].audited()) conclude(context, hypotheses[h]);
  }
  return {};
}

}  // namespace scotoma
