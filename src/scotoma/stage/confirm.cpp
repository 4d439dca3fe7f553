// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/confirm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/joint_e_value.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/trial.h"

namespace scotoma {
namespace {

// Fresh images of a trial between two looks, rounded up to whole rounds of base prompts.
constexpr int kBetweenLooks = 4;
constexpr double kFutilityLevel = 0.99;

/// Of a trial that goes on to show `events` in `valid`.
double log_e_of(const Hypothesis& hypothesis, int events, int valid, double delta) {
  return log_joint_e_value({events, valid}, {hypothesis.base_events, hypothesis.base_valid}, delta);
}

/// Takes in new samples.
void count(Hypothesis& hypothesis, const Sample& sample) {
  Rate& rate = hypothesis.confirmed;
  hypothesis.tried.push_back(sample);
  rate.valid += sample.valid() ? 1 : 0;
  rate.invalid += sample.valid() ? 0 : 1;
  rate.failures += shows(sample, hypothesis.direction) ? 1 : 0;
}

/// Whether the `left` images will not do, though they showed the highest rate that what was seen allows.
bool futile(const Hypothesis& hypothesis, int left, double needed, double delta) {
  const Rate& rate = hypothesis.confirmed;
  const double highest = clopper_pearson_upper(rate.failures, rate.valid, kFutilityLevel);
  const int most = std::min(left, static_cast<int>(std::ceil(left * highest)));
  return log_e_of(hypothesis, rate.failures + most, rate.valid + left, delta) < needed;
}

bool not_generatable(const EvidenceOptions& evidence, const Hypothesis& hypothesis) {
  return invalid_share(hypothesis.confirmed) > evidence.max_invalid;
}

/// Its log e-value for e-BH: a phrase that cannot be generated claims nothing.
double value_of(const EvidenceOptions& evidence, const Hypothesis& hypothesis) {
  return not_generatable(evidence, hypothesis) ? -std::numeric_limits<double>::infinity() : hypothesis.log_e_value;
}

/// The level of a wave's claims.
double alpha_of(const EvidenceOptions& evidence, Wave wave) { return alpha_of(wave, evidence.alpha - evidence.alpha0); }

/// The trials of one wave, step by step.
class Confirmation {
 public:
  Confirmation(StageContext& context, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
               Wave wave)
      : context_(context),
        hypotheses_(hypotheses),
        finalists_(finalists),
        open_(finalists),
        alpha_(alpha_of(context.study.evidence, wave)) {
    for (std::size_t h : finalists) {
      hypotheses[h].wave = wave;
      hypotheses[h].status = Status::not_confirmed;
      hypotheses[h].tried.clear();
    }
    trials_ = trials_of(hypotheses, wave);
    while (fixed() && !open_.empty() && !context.budget().affords(context.study.budget.confirm, open_.size()))
      give_up_one();
  }

  bool done() const { return open_.empty(); }

  /// All trials side by side, `count` images of each between two looks.
  Result<void> run(int count) {
    const int most = context_.study.budget.confirm;
    for (int first = 0; first < most && !done(); first += count)
      SCOTOMA_RETURN_IF_ERROR(step(first, std::min(count, most - first)));
    return fixed() ? Result<void>() : take_up_given_up(count);
  }

 private:
  /// Those that ended for the budget go on one by one, the best first, with the images that others left.
  Result<void> take_up_given_up(int count) {
    std::vector<std::size_t> again = given_up_;
    std::stable_sort(again.begin(), again.end(), [&](std::size_t a, std::size_t b) {
      return hypotheses_[a].log_e_value > hypotheses_[b].log_e_value;
    });
    complete_ = open_.size();
    const int most = context_.study.budget.confirm;
    for (const std::size_t h : again) {
      std::erase(given_up_, h);
      hypotheses_[h].status = Status::not_confirmed;
      open_ = {h};
      generated_ = static_cast<int>(hypotheses_[h].tried.size());
      while (!done() && generated_ < most)
        SCOTOMA_RETURN_IF_ERROR(step(generated_, std::min(count, most - generated_)));
      complete_ += open_.size();
    }
    return {};
  }

  /// Images first .. first + count - 1 of every open trial that the budget can still pay for.
  Result<void> step(int first, int count) {
    const std::int64_t kept_back = fixed() ? 0 : for_audits();
    const auto affords = [&](std::int64_t images) { return context_.budget().affords(kept_back + images); };
    if (!fixed()) give_up_undecidable(count, affords);
    while (!open_.empty() && !affords(std::int64_t{count} * std::ssize(open_))) give_up_one();
    std::vector<Trial> trials;
    for (std::size_t h : open_) trials.push_back(trial_of(hypotheses_[h]));
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_trials(context_, trials, Purpose::confirmation, first, count));
    for (std::size_t i = 0; i < open_.size(); ++i) follow(hypotheses_[open_[i]], samples[i]);
    generated_ = first + count;
    if (!fixed()) end_trials();
    return {};
  }

  /// Until what is left would decide all open trials, if each goes on as it did so far and has `count` images at least:
  /// some that are decided are worth more than all half done.
  template <class Affords>
  void give_up_undecidable(int count, const Affords& affords) {
    std::map<std::size_t, int> more;
    std::int64_t images = 0;
    for (const std::size_t h : open_) images += more[h] = std::max(count, until_decided(hypotheses_[h]));
    while (open_.size() > 1 && !affords(images)) images -= more[give_up_one()];
  }

  /// Images of one trial until its evidence does if half of the trials are rejected; all that it may still have where
  /// that never is. Nothing is known before its first valid image.
  int until_decided(const Hypothesis& hypothesis) const {
    const Rate& rate = hypothesis.confirmed;
    if (rate.valid == 0) return 0;
    const double expected = (rate.failures + 0.5) / (rate.valid + 1.0);
    const int most = context_.study.budget.confirm - generated_;
    const double needed = std::log(2 / alpha_);
    for (int more = kBetweenLooks; more < most; more += kBetweenLooks) {
      const int events = rate.failures + static_cast<int>(std::lround(expected * more));
      if (log_e_of(hypothesis, events, rate.valid + more, context_.study.evidence.delta) >= needed) return more;
    }
    return most;
  }

  /// Images of the shortest audits of what would be confirmed if all ended now: trials never spend these.
  std::int64_t for_audits() const {
    std::vector<double> log_e_values;
    for (const std::size_t h : finalists_) log_e_values.push_back(value_of(context_.study.evidence, hypotheses_[h]));
    const ClosedEbh now = closed_e_bh_at_the_end(log_e_values, trials_, alpha_);
    std::set<std::string> phrases;  // one that several labels share is about one cause
    std::int64_t images = 0;
    for (std::size_t i = 0; i < finalists_.size(); ++i) {
      if (!now.rejected[i]) continue;
      const bool known = !phrases.insert(hypotheses_[finalists_[i]].phrase.text).second;
      images += 2LL * (known ? audit_round(context_.study) : shortest_audit(context_.study));
    }
    return images;
  }

  bool fixed() const { return context_.study.evidence.rule == EvidenceRule::fixed; }

  /// Takes in new samples, and follows the e-process over the valid ones.
  void follow(Hypothesis& hypothesis, const std::vector<Sample>& samples) const {
    const Rate& rate = hypothesis.confirmed;
    for (const Sample& sample : samples) {
      count(hypothesis, sample);
      if (!sample.valid() || fixed()) continue;
      // Invariant: a function of the valid images so far and of the baseline sample, which is complete by now: a
      // supermartingale under the null, so that one may stop after any image, for any reason that looks at no later
      // one.
      hypothesis.log_e_value = log_e_of(hypothesis, rate.failures, rate.valid, context_.study.evidence.delta);
      hypothesis.log_e_path.push_back(hypothesis.log_e_value);
    }
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
      return surely_not_generatable(hypothesis.confirmed, evidence.max_invalid) ||
             futile(hypothesis, context_.study.budget.confirm - generated_, needed, evidence.delta);
    });
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
  std::vector<Hypothesis>& hypotheses_;
  std::vector<std::size_t> finalists_;
  std::vector<std::size_t> open_;      ///< of these
  int trials_ = 0;                     ///< K: fixed before the first image of any of them
  double alpha_;                       ///< of this wave
  std::vector<double> crossed_;        ///< log e-values of the trials that ended because they are rejected
  std::vector<std::size_t> given_up_;  ///< trials that the budget did not pay for
  std::size_t complete_ = 0;           ///< trials that had all of budget.confirm, once others are taken up again
  int generated_ = 0;                  ///< images of each open trial
};

/// Closed e-BH over all trials of a wave, whatever ended them. Returns its threshold.
double decide(const Study& study, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
              Wave wave) {
  const EvidenceOptions& evidence = study.evidence;
  std::vector<double> log_e_values;
  for (std::size_t h : finalists) {
    if (not_generatable(evidence, hypotheses[h])) hypotheses[h].status = Status::not_generatable;
    log_e_values.push_back(value_of(evidence, hypotheses[h]));
  }
  if (finalists.empty()) return 0;
  // The finalists were chosen before the first image of their evidence, baseline images included: the search may have
  // chosen them by whatever it saw. alpha0 of the level is spent on the bounds of systematic failures.
  const ClosedEbh result = closed_e_bh_at_the_end(log_e_values, trials_of(hypotheses, wave), alpha_of(evidence, wave));
  for (std::size_t i = 0; i < finalists.size(); ++i) {
    if (result.rejected[i]) hypotheses[finalists[i]].status = Status::confirmed;
  }
  return result.log_threshold;
}

/// The plain rule: more events than in the baseline sample, by point estimates.
void decide_plainly(StageContext& context, std::vector<Hypothesis>& hypotheses,
                    const std::vector<std::size_t>& finalists) {
  for (std::size_t h : finalists) {
    Hypothesis& hypothesis = hypotheses[h];
    const Rate& rate = hypothesis.confirmed;
    if (not_generatable(context.study.evidence, hypothesis)) hypothesis.status = Status::not_generatable;
    if (hypothesis.status == Status::not_generatable || hypothesis.status == Status::out_of_budget) continue;
    const std::int64_t with = std::int64_t{rate.failures} * hypothesis.base_valid;
    const std::int64_t without = std::int64_t{hypothesis.base_events} * rate.valid;
    if (with > without) hypothesis.status = Status::confirmed;
  }
  context.limits.emplace_back(
      "No error rate is held: evidence.rule is \"fixed\", the plain scheme, and whatever fails more often than the "
      "baseline images did is listed as a bug. Most of what it lists may be chance. It is there for comparison only.");
}

}  // namespace

Result<double> confirm(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists, Wave wave) {
  const BudgetOptions& budget = context.study.budget;
  context.step(fmt::format("confirming {} on fresh images", counted_phrases(finalists.size())));
  Confirmation confirmation(context, hypotheses, finalists, wave);
  const int round = static_cast<int>(context.study.prompts.base.size());
  const int step = (kBetweenLooks + round - 1) / round * round;
  SCOTOMA_RETURN_IF_ERROR(confirmation.run(step));
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
