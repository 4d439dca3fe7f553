// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/confirm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/joint_e_value.h"
#include "scotoma/evidence/sample_size.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/baseline.h"
#include "scotoma/stage/budget.h"
#include "scotoma/stage/decide.h"
#include "scotoma/stage/trial.h"

namespace scotoma {
namespace {

// Fresh images of a trial before its first look, and at most between two; rounded up to whole rounds of base prompts.
constexpr int kBetweenLooks = 4;
constexpr int kALook = 32;  // images of all trials that a look has at least, where there are enough
constexpr double kFutilityLevel = 0.99;

/// Of a trial that goes on to show `events` in `valid`.
double log_e_of(const Hypothesis& hypothesis, int events, int valid, double delta) {
  return log_joint_e_value({events, valid}, {hypothesis.base_events, hypothesis.base_valid}, delta);
}

/// The rate that a trial is expected to go on with: that of Jeffreys' posterior.
double expected_rate(const Rate& seen) { return (seen.failures + 0.5) / (seen.valid + 1.0); }

/// Takes in new samples.
void count(Hypothesis& hypothesis, const Sample& sample) {
  Rate& rate = hypothesis.confirmed;
  hypothesis.tried.push_back(sample);
  rate.valid += sample.valid() ? 1 : 0;
  rate.invalid += sample.valid() ? 0 : 1;
  rate.failures += shows(sample, hypothesis.direction) ? 1 : 0;
}

/// What is expected of further baseline images of a trial's label, by all that were seen: few fail, so that a rise
/// stands out from them.
double expected_base_rate(const Hypothesis& hypothesis, const BaseResult& base) {
  const Rate seen = base_rate(base, hypothesis.direction);
  return (seen.failures + hypothesis.base_events + 0.25) / (seen.valid + hypothesis.base_valid + 2.0);
}

/// The trials of one wave, look by look.
class Confirmation {
 public:
  Confirmation(StageContext& context, std::vector<BaseResult>& bases, std::vector<Hypothesis>& hypotheses,
               const std::vector<std::size_t>& finalists, Wave wave)
      : context_(context),
        bases_(bases),
        hypotheses_(hypotheses),
        finalists_(finalists),
        open_(finalists),
        alpha_(alpha_of(context.study.evidence, wave)) {
    for (std::size_t h : finalists) {
      hypotheses[h].wave = wave;
      hypotheses[h].status = Status::not_confirmed;
      hypotheses[h].tried.clear();
      const Hypothesis& one = hypotheses[h];
      const bool fails = one.direction == Direction::fails;
      fresh_[one.label].failures = fails ? one.base_events : one.base_valid - one.base_events;
      fresh_[one.label].valid = one.base_valid;
      const BaseResult* base = base_of(bases, one.label);
      fresh_[one.label].invalid = base == nullptr ? 0 : base->fresh.invalid;
    }
    trials_ = trials_of(hypotheses, wave);
    while (fixed() && !open_.empty() && !context.budget().affords(context.study.budget.confirm, open_.size()))
      give_up_one();
  }

  /// All trials side by side; then those that ended for the budget, one by one, the best first, with the images that
  /// others left.
  Result<void> run() {
    while (!open_.empty()) SCOTOMA_RETURN_IF_ERROR(look());
    if (fixed()) return {};
    std::vector<std::size_t> again = given_up_;
    std::stable_sort(again.begin(), again.end(), [&](std::size_t a, std::size_t b) {
      return hypotheses_[a].log_e_value > hypotheses_[b].log_e_value;
    });
    for (const std::size_t h : again) {
      std::erase(given_up_, h);
      hypotheses_[h].status = Status::not_confirmed;
      learn_base(hypotheses_[h]);  // others of its label may have had more
      open_ = {h};
      while (!open_.empty()) SCOTOMA_RETURN_IF_ERROR(look());
    }
    return {};
  }

 private:
  /// What is generated before the next look: `count` images of each trial, or of a label's baseline sample in the place
  /// of those of its trials.
  struct Plan {
    std::vector<Wanted> bases;
    std::vector<std::size_t> trials;
    int count = 0;
    std::int64_t images = 0;
  };

  /// The next images of every open trial that the budget can still pay for, and what they decide.
  Result<void> look() {
    const std::int64_t kept_back =
        fixed() ? 0 : images_of_audits(context_.study, hypotheses_, finalists_, trials_, alpha_);
    const auto affords = [&](std::int64_t images) { return context_.budget().affords(kept_back + images); };
    const bool tight = !fixed() && give_up_undecidable(affords);
    const std::set<std::string_view> growing = labels_that_grow();
    Plan next = plan(growing, tight);
    while (!open_.empty() && !affords(next.images)) {
      give_up_one();
      next = plan(growing, tight);
    }
    SCOTOMA_RETURN_IF_ERROR(grow_bases(next.bases));
    SCOTOMA_RETURN_IF_ERROR(go_on(next));
    if (!fixed()) end_trials();
    std::erase_if(open_, [&](std::size_t h) {
      const bool complete = left_of(hypotheses_[h]) == 0;
      complete_ += complete ? 1 : 0;
      return complete;
    });
    return {};
  }

  /// Labels whose baseline samples get images before their trials do.
  std::set<std::string_view> labels_that_grow() const {
    std::map<std::string_view, std::vector<std::size_t>> by_label;
    for (const std::size_t h : open_) by_label[hypotheses_[h].label].push_back(h);
    std::set<std::string_view> labels;
    for (const auto& [label, trials] : by_label) {
      if (!fixed() && base_is_worth_more(trials)) labels.insert(label);
    }
    return labels;
  }

  Plan plan(const std::set<std::string_view>& growing, bool tight) const {
    Plan next;
    next.count = images_between_looks(tight);
    std::set<std::string_view> planned;
    for (const std::size_t h : open_) {
      const Hypothesis& hypothesis = hypotheses_[h];
      if (!growing.contains(hypothesis.label)) {
        next.trials.push_back(h);
        next.images += std::min(next.count, left_of(hypothesis));
      } else if (planned.insert(hypothesis.label).second) {
        const int more = std::min(tight ? next.count : growth_of(hypothesis), base_left_of(hypothesis));
        next.bases.push_back({static_cast<std::size_t>(base_of(bases_, hypothesis.label) - bases_.data()), more});
        next.images += more;
      }
    }
    return next;
  }

  /// Four at first, as fewer decide nothing. Then as many as make some batches of all trials together, since what is
  /// known sooner saves the rest; and where images are `tight` no more than a round.
  int images_between_looks(bool tight) const {
    const bool first =
        std::any_of(open_.begin(), open_.end(), [&](std::size_t h) { return hypotheses_[h].tried.empty(); });
    const int trials = std::max(1, static_cast<int>(open_.size()));
    const int few = tight ? 1 : std::clamp((kALook + trials - 1) / trials, 1, kBetweenLooks);
    const int round = audit_round(context_.study);
    return ((first || fixed() ? kBetweenLooks : few) + round - 1) / round * round;
  }

  /// Baseline images of a label before the next look: at least as many as a trial gets at first, and a quarter of what
  /// there is, since one label's are all that a study of few labels waits for.
  int growth_of(const Hypothesis& hypothesis) const {
    const int round = audit_round(context_.study);
    return (std::max(kBetweenLooks, fresh_.at(hypothesis.label).valid / 4) + round - 1) / round * round;
  }

  /// Images that a trial may still have.
  int left_of(const Hypothesis& hypothesis) const {
    return std::max(0, context_.study.budget.confirm - static_cast<int>(hypothesis.tried.size()));
  }

  /// Images that the baseline sample of its label may still have: none where the generator surely cannot show it.
  int base_left_of(const Hypothesis& hypothesis) const {
    if (base_of(bases_, hypothesis.label) == nullptr) return 0;
    const Rate& fresh = fresh_.at(hypothesis.label);
    if (surely_not_generatable(fresh, context_.study.evidence.max_invalid)) return 0;
    const int round = audit_round(context_.study);
    return std::max(0, context_.study.budget.base_confirm - fresh.valid - fresh.invalid) / round * round;
  }

  /// Whether an image of the label's baseline sample is expected to add more to the evidence of its open trials, all
  /// together, than one of theirs adds to its own.
  bool base_is_worth_more(const std::vector<std::size_t>& trials) const {
    const Hypothesis& any = hypotheses_[trials.front()];
    if (base_left_of(any) == 0) return false;
    const double delta = context_.study.evidence.delta;
    const double base_rate = expected_base_rate(any, *base_of(bases_, any.label));
    double of_trials = 0;
    double of_base = 0;
    for (const std::size_t h : trials) {
      const Rate& seen = hypotheses_[h].confirmed;
      if (hypotheses_[h].tried.empty()) return false;
      const Sampled fresh = {seen.failures, seen.valid};
      const Sampled base = {hypotheses_[h].base_events, hypotheses_[h].base_valid};
      of_trials += gain_of_fresh(fresh, base, expected_rate(seen), delta) / static_cast<double>(trials.size());
      of_base += gain_of_base(fresh, base, base_rate, delta);
    }
    return of_base > of_trials;
  }

  /// More fresh baseline images of these labels. What was decided stays as it was: evidence counts where its trial
  /// ended.
  Result<void> grow_bases(const std::vector<Wanted>& wanted) {
    if (wanted.empty()) return {};
    SCOTOMA_ASSIGN_OR_RETURN(const auto rates, generate_fresh(context_, wanted, bases_));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const std::string& label = bases_[wanted[i].label].label;
      Rate& fresh = fresh_.at(label);
      fresh.failures += rates[i].failures;
      fresh.valid += rates[i].valid;
      fresh.invalid += rates[i].invalid;
      for (const std::size_t h : open_) {
        if (hypotheses_[h].label == label) learn_base(hypotheses_[h]);
      }
    }
    return {};
  }

  /// Tells a trial what its label's baseline sample shows by now: all of it, so that none of its images was left out
  /// for what it shows.
  void learn_base(Hypothesis& hypothesis) const {
    const BaseResult* base = base_of(bases_, hypothesis.label);
    const Rate& fresh = fresh_.at(hypothesis.label);
    if (base == nullptr || hypothesis.base_valid == fresh.valid) return;
    set_fresh_base(hypothesis, *base, fresh, context_.study.evidence.delta);
    hypothesis.log_e_value = log_e_now(hypothesis);
    if (!hypothesis.log_e_path.empty()) hypothesis.log_e_path.back() = hypothesis.log_e_value;
  }

  /// The planned images of the trials, those that have as many left together.
  Result<void> go_on(const Plan& next) {
    std::map<int, std::vector<std::size_t>> by_count;
    for (const std::size_t h : next.trials) by_count[std::min(next.count, left_of(hypotheses_[h]))].push_back(h);
    for (const auto& [count, alike] : by_count) {
      std::vector<Trial> trials;
      for (const std::size_t h : alike) trials.push_back(trial_of(hypotheses_[h]));
      for (std::size_t i = 0; i < alike.size(); ++i)
        trials[i].before = static_cast<int>(hypotheses_[alike[i]].tried.size());
      SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_trials(context_, trials, Purpose::confirmation, 0, count));
      for (std::size_t i = 0; i < alike.size(); ++i) follow(hypotheses_[alike[i]], samples[i]);
    }
    return {};
  }

  /// Until what is left would decide all open trials, if each goes on as it did so far: some that are decided are worth
  /// more than all half done. Whether any had to end.
  template <class Affords>
  bool give_up_undecidable(const Affords& affords) {
    std::map<std::size_t, int> more;
    std::int64_t images = 0;
    for (const std::size_t h : open_) images += more[h] = until_decided(hypotheses_[h]);
    const bool tight = !affords(images);
    while (open_.size() > 1 && !affords(images)) images -= more[give_up_one()];
    return tight;
  }

  /// Images of one trial until its evidence does if half of the trials are rejected; all that it may still have where
  /// that never is. Nothing is known before its first valid image.
  int until_decided(const Hypothesis& hypothesis) const {
    const Rate& seen = hypothesis.confirmed;
    const int most = left_of(hypothesis);
    if (seen.valid == 0) return std::min(1, most);
    const Sampled base = {hypothesis.base_events, hypothesis.base_valid};
    return expected_trial({seen.failures, seen.valid}, base, expected_rate(seen), std::log(2 / alpha_), most,
                          context_.study.evidence.delta)
        .value_or(most);
  }

  bool fixed() const { return context_.study.evidence.rule == EvidenceRule::fixed; }

  /// Takes in new samples, and follows the e-process over the valid ones.
  void follow(Hypothesis& hypothesis, const std::vector<Sample>& samples) const {
    for (const Sample& sample : samples) {
      count(hypothesis, sample);
      if (!sample.valid() || fixed()) continue;
      hypothesis.log_e_value = log_e_now(hypothesis);
      hypothesis.log_e_path.push_back(hypothesis.log_e_value);
    }
  }

  /// Its evidence by now. Invariant: a function of the valid images so far and of the baseline sample so far; an image
  /// moves one of two supermartingales under the null, whichever was chosen by what came before: so that one may stop
  /// after any image, for any reason that looks at no later one.
  double log_e_now(const Hypothesis& hypothesis) const {
    const Rate& rate = hypothesis.confirmed;
    return log_e_of(hypothesis, rate.failures, rate.valid, context_.study.evidence.delta);
  }

  /// Ends the trials that are rejected by now, whatever becomes of the others, and those that cannot be any more.
  void end_trials() {
    const EvidenceOptions& evidence = context_.study.evidence;
    std::vector<double> log_e_values = crossed_;
    for (std::size_t h : open_) log_e_values.push_back(value_of(evidence, hypotheses_[h]));
    const ClosedEbh now = closed_e_bh(log_e_values, trials_, alpha_);
    const bool any = std::find(now.rejected.begin(), now.rejected.end(), true) != now.rejected.end();
    std::erase_if(open_, [&](std::size_t h) {
      if (!any || value_of(evidence, hypotheses_[h]) < now.log_threshold) return false;
      crossed_.push_back(hypotheses_[h].log_e_value);
      return true;
    });
    // Invariant: open_, crossed_, those that had all their images and those given up are all trials that may still end
    // rejected. Futile ones have left: to end a trial early only takes away claims, whatever made it end.
    const auto possible = static_cast<int>(open_.size() + crossed_.size() + complete_ + given_up_.size());
    if (open_.empty()) return;
    const double needed = least_rejected(possible, trials_, alpha_);
    std::erase_if(open_, [&](std::size_t h) {
      const Hypothesis& hypothesis = hypotheses_[h];
      return surely_not_generatable(hypothesis.confirmed, evidence.max_invalid) || futile(hypothesis, needed);
    });
  }

  /// Whether all images that are left will not do, though they showed the highest rate that what was seen allows, and
  /// the baseline sample the rate that is expected.
  bool futile(const Hypothesis& hypothesis, double needed) const {
    const Rate& seen = hypothesis.confirmed;
    const int left = left_of(hypothesis);
    const int base_left = base_left_of(hypothesis);
    const double highest = clopper_pearson_upper(seen.failures, seen.valid, kFutilityLevel);
    Hypothesis at_best;
    at_best.base_events = hypothesis.base_events;
    at_best.base_valid = hypothesis.base_valid + base_left;
    if (base_left > 0)
      at_best.base_events +=
          static_cast<int>(expected_base_rate(hypothesis, *base_of(bases_, hypothesis.label)) * base_left);
    const int events = seen.failures + std::min(left, static_cast<int>(std::ceil(left * highest)));
    return log_e_of(at_best, events, seen.valid + left, context_.study.evidence.delta) < needed;
  }

  /// The open trial with the least evidence ends; of equals, the one that looked worse in exploration.
  std::size_t give_up_one() {
    auto worst = open_.begin();
    for (auto it = open_.begin(); it != open_.end(); ++it) {
      if (hypotheses_[*it].log_e_value <= hypotheses_[*worst].log_e_value) worst = it;
    }
    hypotheses_[*worst].status = Status::out_of_budget;
    given_up_.push_back(*worst);
    open_.erase(worst);
    return given_up_.back();
  }

  StageContext& context_;
  std::vector<BaseResult>& bases_;
  std::vector<Hypothesis>& hypotheses_;
  std::vector<std::size_t> finalists_;
  std::vector<std::size_t> open_;      ///< of these
  int trials_ = 0;                     ///< K: fixed before the first image of any of them
  double alpha_;                       ///< of this wave
  std::map<std::string, Rate> fresh_;  ///< of a label, its fresh baseline sample so far
  std::vector<double> crossed_;        ///< log e-values of the trials that ended because they are rejected
  std::vector<std::size_t> given_up_;  ///< trials that the budget did not pay for
  std::size_t complete_ = 0;           ///< trials that had all of budget.confirm
};

}  // namespace

Result<double> confirm(StageContext& context, std::vector<BaseResult>& bases, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists, Wave wave) {
  const BudgetOptions& budget = context.study.budget;
  context.step(fmt::format("confirming {} on fresh images", counted_phrases(finalists.size())));
  Confirmation confirmation(context, bases, hypotheses, finalists, wave);
  SCOTOMA_RETURN_IF_ERROR(confirmation.run());
  for (std::size_t h : finalists) fill_interval(hypotheses[h].confirmed);
  double threshold = 0;
  if (context.study.evidence.rule == EvidenceRule::fixed) {
    decide_plainly(context, hypotheses, finalists);
  } else {
    threshold = decide(context.study, hypotheses, finalists, wave);
  }
  const auto cut = std::count_if(finalists.begin(), finalists.end(),
                                 [&](std::size_t h) { return hypotheses[h].status == Status::out_of_budget; });
  if (cut > 0) {
    context.limits.push_back(
        fmt::format("The budget of {} images did not do to decide {} promising phrase{}; raise budget.images.",
                    budget.images, cut, cut == 1 ? "" : "s"));
  }
  return threshold;
}

}  // namespace scotoma
