// SPDX-License-Identifier: Apache-2.0
#include "simulation/study.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scotoma/evidence/e_bh.h"
#include "scotoma/evidence/e_value.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/audit.h"
#include "scotoma/stage/confirm.h"
#include "scotoma/stage/explore.h"
#include "scotoma/stage/sample.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma::simulation {
namespace {

constexpr double kRounding = 1e-12;  // rates exactly at the margin are not above it

constexpr int kGreedyRounds = 2;      // searches of the adversary before confirmation ...
constexpr int kGreedyAgain = 8;       // ... each of so many phrases in other words
constexpr int kGreedyLastChance = 8;  // and once more for those that were not confirmed

constexpr std::size_t kLuckyLabels = 4;  // that the other adversary searches

double event_rate(double failure_rate, Direction direction) {
  return direction == Direction::fails ? failure_rate : 1 - failure_rate;
}

/// One study under way.
class Run {
 public:
  explicit Run(World world) : world_(std::move(world)) {}

  Result<StudyResult> run() {
    SCOTOMA_ASSIGN_OR_RETURN(bases_, sample_bases(context_));
    if (world_.search == Search::lucky_labels) pick_lucky_labels();
    for (Candidate& candidate : world_.candidates)
      candidate.direction = direction_of(*base_of(bases_, candidate.label));
    hypotheses_ = hypotheses_of(context_, world_.candidates, bases_);
    SCOTOMA_ASSIGN_OR_RETURN(auto finalists, explore(context_, hypotheses_));
    if (world_.search == Search::greedy) SCOTOMA_RETURN_IF_ERROR(search_again(finalists));
    SCOTOMA_ASSIGN_OR_RETURN(finalists, complete_bases(context_, bases_, hypotheses_, finalists));
    SCOTOMA_ASSIGN_OR_RETURN(const double threshold, confirm(context_, bases_, hypotheses_, finalists));
    static_cast<void>(threshold);
    if (world_.search == Search::greedy) SCOTOMA_RETURN_IF_ERROR(confirm_again(finalists));
    SCOTOMA_RETURN_IF_ERROR(audit(context_, hypotheses_));
    result_.hypotheses = static_cast<int>(hypotheses_.size());
    result_.spent = context_.spent;
    for (const Hypothesis& hypothesis : hypotheses_) result_.bugs += is_bug(hypothesis) ? 1 : 0;
    count_own_claims();
    SCOTOMA_RETURN_IF_ERROR(count_bound_claims(finalists));
    SCOTOMA_RETURN_IF_ERROR(count_plain_claims());
    count_bases();
    for (const Hypothesis& hypothesis : hypotheses_) count_intervals(hypothesis);
    count_causes();
    return result_;
  }

 private:
  std::vector<std::string> bases_of(const Hypothesis& hypothesis) const {
    return base_prompts(world_.study.prompts, context_.target(hypothesis.label).label);
  }

  double true_rate(const Hypothesis& hypothesis) const {
    return event_rate(accepted_failure_rate(world_.truth, hypothesis.prompts), hypothesis.direction);
  }

  double true_base(const Hypothesis& hypothesis) const {
    return event_rate(accepted_failure_rate(world_.truth, bases_of(hypothesis)), hypothesis.direction);
  }

  bool is_bug(const Hypothesis& hypothesis) const {
    return true_rate(hypothesis) > true_base(hypothesis) + world_.study.evidence.delta + kRounding;
  }

  bool is_real_bug(const Hypothesis& hypothesis) const {
    const double rate = event_rate(real_failure_rate(world_.truth, hypothesis.prompts), hypothesis.direction);
    const double base = event_rate(real_failure_rate(world_.truth, bases_of(hypothesis)), hypothesis.direction);
    return rate > base + world_.study.evidence.delta + kRounding;
  }

  void claim(Method method, const Hypothesis& hypothesis) {
    Claims& claims = result_.methods[static_cast<std::size_t>(method)];
    ++claims.made;
    claims.wrong += is_bug(hypothesis) ? 0 : 1;
    claims.found += is_bug(hypothesis) ? 1 : 0;
    claims.wrong_at_all += true_rate(hypothesis) > true_base(hypothesis) + kRounding ? 0 : 1;
    claims.wrong_of_real += is_real_bug(hypothesis) ? 0 : 1;
  }

  /// Whether the study may still have another phrase of this label, beside `more` of it.
  bool has_room(const std::string& label, const std::vector<Candidate>& more) const {
    const auto same = [&](const auto& one) { return one.label == label; };
    return std::count_if(hypotheses_.begin(), hypotheses_.end(), same) + std::count_if(more.begin(), more.end(), same) <
           world_.study.evidence.max_hypotheses;
  }

  /// The `count` that order highest, in other words, as hypotheses of their own.
  template <class Better>
  std::vector<Hypothesis> again(std::vector<std::size_t> from, int count, Better better) {
    std::stable_sort(from.begin(), from.end(),
                     [&](std::size_t a, std::size_t b) { return better(hypotheses_[a], hypotheses_[b]); });
    std::vector<Candidate> candidates;
    for (std::size_t h : from) {
      if (std::ssize(candidates) >= count || !has_room(hypotheses_[h].label, candidates)) continue;
      candidates.push_back(world_.in_other_words(hypotheses_[h].label, hypotheses_[h].phrase.text, ++attempts_));
      candidates.back().direction = hypotheses_[h].direction;
    }
    return hypotheses_of(context_, candidates, bases_);
  }

  /// The adversary looks at the baseline samples, and searches only the labels that seem to fail least.
  void pick_lucky_labels() {
    std::vector<const BaseResult*> order;
    for (const BaseResult& base : bases_) order.push_back(&base);
    std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->rate.rate < b->rate.rate; });
    order.resize(std::min(order.size(), kLuckyLabels));
    std::erase_if(world_.candidates, [&](const Candidate& candidate) {
      return std::none_of(order.begin(), order.end(), [&](auto* base) { return base->label == candidate.label; });
    });
  }

  /// Takes in `fresh` and returns the index of its first.
  std::size_t take(std::vector<Hypothesis> fresh) {
    const std::size_t first = hypotheses_.size();
    for (Hypothesis& hypothesis : fresh) hypotheses_.push_back(std::move(hypothesis));
    return first;
  }

  /// The adversary searches on: whatever looked worst in exploration he drops, what looked best he says in other words.
  Result<void> search_again(std::vector<std::size_t>& finalists) {
    for (int round = 0; round < kGreedyRounds; ++round) {
      std::vector<std::size_t> all;
      for (std::size_t h = 0; h < hypotheses_.size(); ++h) all.push_back(h);
      auto fresh = again(std::move(all), kGreedyAgain,
                         [](const Hypothesis& a, const Hypothesis& b) { return a.explored.rate > b.explored.rate; });
      SCOTOMA_ASSIGN_OR_RETURN(const auto chosen, explore(context_, fresh));
      const std::size_t first = take(std::move(fresh));
      for (std::size_t h : chosen) finalists.push_back(first + h);
    }
    return {};
  }

  /// After confirmation he tries once more: a wave of its own.
  Result<void> confirm_again(std::vector<std::size_t>& finalists) {
    std::vector<std::size_t> missed;
    for (std::size_t h : finalists) {
      if (hypotheses_[h].status != Status::confirmed) missed.push_back(h);
    }
    const std::size_t first = take(again(std::move(missed), kGreedyLastChance,
                                         [](const auto& a, const auto& b) { return a.log_e_value > b.log_e_value; }));
    std::vector<std::size_t> fresh;
    for (std::size_t h = first; h < hypotheses_.size(); ++h) fresh.push_back(h);
    SCOTOMA_ASSIGN_OR_RETURN(fresh, complete_bases(context_, bases_, hypotheses_, fresh, Wave::cross_check));
    SCOTOMA_ASSIGN_OR_RETURN(const double threshold, confirm(context_, bases_, hypotheses_, fresh, Wave::cross_check));
    static_cast<void>(threshold);
    finalists.insert(finalists.end(), fresh.begin(), fresh.end());
    return {};
  }

  void count_own_claims() {
    for (const Hypothesis& hypothesis : hypotheses_) {
      if (hypothesis.status == Status::confirmed) claim(Method::scotoma, hypothesis);
    }
    result_.methods[static_cast<std::size_t>(Method::scotoma)].images = context_.spent.total();
  }

  /// The largest rate of the event that the bound of the baseline rate and delta allow.
  double bar_of(const Hypothesis& hypothesis) const {
    const BaseResult& base = *base_of(bases_, hypothesis.label);
    const double bound = hypothesis.direction == Direction::fails ? base.upper : 1 - base.lower;
    return std::min(1.0, bound + world_.study.evidence.delta);
  }

  Result<void> count_bound_claims(const std::vector<std::size_t>& finalists) {
    const BudgetOptions& budget = world_.study.budget;
    const int left = budget.images - context_.spent.base - context_.spent.explore;
    const int images = std::min(budget.confirm, left / std::max(1, static_cast<int>(finalists.size())));
    std::vector<Trial> trials;
    for (std::size_t h : finalists) trials.push_back(trial_of(hypotheses_[h]));
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_beyond_budget(context_, trials, "bound", 0, images));
    std::vector<double> values;
    for (std::size_t i = 0; i < finalists.size(); ++i) {
      const Hypothesis& hypothesis = hypotheses_[finalists[i]];
      const Rate rate = rate_of(samples[i], hypothesis.direction);
      const bool not_generatable = invalid_share(rate) > world_.study.evidence.max_invalid;
      values.push_back(not_generatable ? -std::numeric_limits<double>::infinity()
                                       : log_e_value(rate.failures, rate.valid, bar_of(hypothesis)));
    }
    const EvidenceOptions& evidence = world_.study.evidence;
    const int most = std::max(kBoundHypotheses, static_cast<int>(finalists.size()));
    const auto rejected = e_bh(values, most, evidence.alpha - evidence.alpha0).rejected;
    for (std::size_t i = 0; i < finalists.size(); ++i) {
      if (rejected[i]) claim(Method::bound, hypotheses_[finalists[i]]);
    }
    result_.methods[static_cast<std::size_t>(Method::bound)].images =
        context_.spent.base + context_.spent.explore + images * static_cast<int>(finalists.size());
    return {};
  }

  /// Fixed numbers of images, point estimates: the base prompts of each label and every hypothesis get the same.
  Result<void> count_plain_claims() {
    std::vector<Trial> trials;
    for (const Target& target : world_.targets) {
      const auto prompts = base_prompts(world_.study.prompts, target.label);
      trials.push_back({target.label.name, prompts, prompts.front()});
    }
    for (const Hypothesis& hypothesis : hypotheses_) trials.push_back(trial_of(hypothesis));
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_beyond_budget(context_, trials, "plain", 0, kPlainImages));
    const int images = kPlainImages * static_cast<int>(trials.size());
    for (std::size_t i = 0; i < hypotheses_.size(); ++i) {
      const Hypothesis& hypothesis = hypotheses_[i];
      std::size_t label = 0;
      while (world_.targets[label].label.name != hypothesis.label) ++label;
      const Rate base = rate_of(samples[label], hypothesis.direction);
      const Rate rate = rate_of(samples[world_.targets.size() + i], hypothesis.direction);
      if (rate.rate > base.rate) claim(Method::plain_more, hypothesis);
      if (rate.rate >= base.rate + kPlainPoints - kRounding) claim(Method::plain_points, hypothesis);
    }
    for (const Method method : {Method::plain_more, Method::plain_points})
      result_.methods[static_cast<std::size_t>(method)].images = images;
    return {};
  }

  void cover(Shown what, double low, double high, double truth) {
    Coverage& coverage = result_.coverage[static_cast<std::size_t>(what)];
    ++coverage.intervals;
    coverage.covering += low - kRounding <= truth && truth <= high + kRounding ? 1 : 0;
  }

  void count_bases() {
    bool all = true;
    for (const BaseResult& base : bases_) {
      const double truth = accepted_failure_rate(world_.truth, base.prompts);
      all = all && base.lower <= truth && truth <= base.upper;
      cover(Shown::base_rate, base.rate.low, base.rate.high, truth);
    }
    Coverage& joint = result_.coverage[static_cast<std::size_t>(Shown::base_bounds)];
    joint = {1, all ? 1 : 0};
  }

  void count_intervals(const Hypothesis& hypothesis) {
    const double rate = true_rate(hypothesis);
    if (hypothesis.explored.valid > 0)
      cover(Shown::explored_rate, hypothesis.explored.low, hypothesis.explored.high, rate);
    if (hypothesis.status != Status::confirmed) return;
    cover(Shown::confirmed_rate, hypothesis.confirmed.low, hypothesis.confirmed.high, rate);
    if (!hypothesis.audited()) return;
    cover(Shown::audit_rate, hypothesis.audit.low, hypothesis.audit.high, rate);
    cover(Shown::audit_base, hypothesis.audit_base.low, hypothesis.audit_base.high, true_base(hypothesis));
    const double lift = paired_lift(world_.truth, hypothesis.prompts, bases_of(hypothesis));
    cover(Shown::lift, hypothesis.effect->lift_low, hypothesis.effect->lift_high,
          hypothesis.direction == Direction::fails ? lift : -lift);
  }

  /// Labels that shared an audit.
  void count_causes() {
    std::vector<std::size_t> audited;
    for (std::size_t h = 0; h < hypotheses_.size(); ++h) {
      if (hypotheses_[h].status == Status::confirmed && hypotheses_[h].audited()) audited.push_back(h);
    }
    for (const auto& cause : grouped_by_cause(hypotheses_, audited)) {
      if (cause.size() < 2) continue;
      std::vector<const Hypothesis*> bugs;
      double truth = 0;
      for (const std::size_t h : cause) {
        bugs.push_back(&hypotheses_[h]);
        truth += true_rate(hypotheses_[h]) / static_cast<double>(cause.size());
      }
      const Rate rate = pooled_audit(bugs);
      cover(Shown::cause_rate, rate.low, rate.high, truth);
    }
  }

  World world_;
  CoinSampler sampler_{world_.truth, world_.study.seed};
  Silent progress_;
  StageContext context_{world_.study, world_.targets, world_.class_names, sampler_, progress_};
  std::vector<BaseResult> bases_;
  std::vector<Hypothesis> hypotheses_;
  int attempts_ = 0;
  StudyResult result_;
};

}  // namespace

Result<StudyResult> run_study(World world) { return Run(std::move(world)).run(); }

}  // namespace scotoma::simulation
