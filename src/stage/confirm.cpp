#include "stage/confirm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "evidence/closed_e_bh.h"
#include "evidence/e_value.h"
#include "evidence/interval.h"
#include "finding/count.h"
#include "stage/trial.h"

namespace scotoma {
namespace {

constexpr int kStep = 8;            // fresh images of a trial between two looks
constexpr int kFutilityAfter = 24;  // valid images before a trial may be given up
constexpr double kFutilityLevel = 0.99;

/// Takes in new samples, and follows the e-process over the valid ones.
void follow(Hypothesis& hypothesis, const std::vector<Sample>& samples) {
  Rate& rate = hypothesis.confirmed;
  for (const Sample& sample : samples) {
    hypothesis.tried.push_back(sample);
    rate.valid += sample.valid() ? 1 : 0;
    rate.invalid += sample.valid() ? 0 : 1;
    rate.failures += shows(sample, hypothesis.direction) ? 1 : 0;
    if (sample.valid()) hypothesis.log_e_path.push_back(log_e_value(rate.failures, rate.valid, hypothesis.null_rate));
  }
  if (!hypothesis.log_e_path.empty()) hypothesis.log_e_value = hypothesis.log_e_path.back();
}

bool futile(const Hypothesis& hypothesis) {
  const Rate& rate = hypothesis.confirmed;
  return rate.valid >= kFutilityAfter &&
         clopper_pearson_upper(rate.failures, rate.valid, kFutilityLevel) < hypothesis.null_rate;
}

/// The trials of one study, step by step.
class Confirmation {
 public:
  Confirmation(StageContext& context, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists)
      : context_(context), hypotheses_(hypotheses), open_(finalists) {
    const EvidenceOptions& evidence = context.study.evidence;
    enough_ = std::log(evidence.max_hypotheses / (evidence.alpha - evidence.alpha0));
    for (std::size_t h : finalists) {
      hypotheses[h].status = Status::not_confirmed;
      hypotheses[h].tried.clear();
    }
  }

  bool done() const { return open_.empty(); }

  /// Images first .. first + count - 1 of every open trial that the budget can still pay for.
  Result<void> step(int first, int count) {
    while (!open_.empty() && !context_.affords(kept_back_ + std::int64_t{count} * std::ssize(open_))) give_up_one();
    std::vector<Trial> trials;
    for (std::size_t h : open_) trials.push_back(trial_of(hypotheses_[h]));
    SCOTOMA_TRY(const auto samples, observe_trials(context_, trials, "confirm", first, count));
    for (std::size_t i = 0; i < open_.size(); ++i) follow(hypotheses_[open_[i]], samples[i]);
    context_.spent.confirm += count * static_cast<int>(open_.size());
    context_.progress.spent(context_.spent.total(), context_.study.budget.images);
    std::erase_if(open_, [&](std::size_t h) { return ends(hypotheses_[h]); });
    return {};
  }

 private:
  bool ends(const Hypothesis& hypothesis) {
    const double max_invalid = context_.study.evidence.max_invalid;
    if (hypothesis.log_e_value >= enough_ && invalid_share(hypothesis.confirmed) <= max_invalid) {
      kept_back_ += 2LL * context_.study.budget.audit;
      return true;
    }
    return futile(hypothesis) || surely_undrawable(hypothesis.confirmed, max_invalid);
  }

  /// The open trial with the least evidence ends; of equals, the one that looked worse in exploration.
  void give_up_one() {
    auto worst = open_.begin();
    for (auto it = open_.begin(); it != open_.end(); ++it) {
      if (hypotheses_[*it].log_e_value <= hypotheses_[*worst].log_e_value) worst = it;
    }
    hypotheses_[*worst].status = Status::out_of_budget;
    open_.erase(worst);
  }

  StageContext& context_;
  std::vector<Hypothesis>& hypotheses_;
  std::vector<std::size_t> open_;
  double enough_ = 0;           ///< log e-value that would be rejected alone
  std::int64_t kept_back_ = 0;  ///< images for the audit of those that crossed
};

/// Closed e-BH over all finalists, whatever ended their trials. Returns its threshold.
double decide(const EvidenceOptions& evidence, std::vector<Hypothesis>& hypotheses,
              const std::vector<std::size_t>& finalists) {
  std::vector<double> log_e_values;  // a phrase that cannot be drawn claims nothing: its e-value is 0
  for (std::size_t h : finalists) {
    const bool undrawable = invalid_share(hypotheses[h].confirmed) > evidence.max_invalid;
    if (undrawable) hypotheses[h].status = Status::undrawable;
    log_e_values.push_back(undrawable ? -std::numeric_limits<double>::infinity() : hypotheses[h].log_e_value);
  }
  const double alpha = evidence.alpha - evidence.alpha0;
  const auto rejected = closed_e_bh(log_e_values, evidence.max_hypotheses, alpha);
  double threshold = std::log(evidence.max_hypotheses / alpha);  // what the first discovery would have needed
  for (std::size_t i = 0; i < finalists.size(); ++i) {
    if (!rejected[i]) continue;
    hypotheses[finalists[i]].status = Status::confirmed;
    threshold = std::min(threshold, log_e_values[i]);
  }
  return threshold;
}

}  // namespace

Result<double> confirm(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists) {
  const BudgetOptions& budget = context.study.budget;
  context.progress.stage(fmt::format("confirming {} phrases on fresh images", finalists.size()));
  Confirmation confirmation(context, hypotheses, finalists);
  for (int first = 0; first < budget.confirm && !confirmation.done(); first += kStep) {
    SCOTOMA_CHECK(confirmation.step(first, std::min(kStep, budget.confirm - first)));
  }
  for (std::size_t h : finalists) fill_interval(hypotheses[h].confirmed);
  const double threshold = decide(context.study.evidence, hypotheses, finalists);
  const auto cut = std::count_if(finalists.begin(), finalists.end(),
                                 [&](std::size_t h) { return hypotheses[h].status == Status::out_of_budget; });
  if (cut > 0) {
    context.limits.push_back(fmt::format(
        "The budget of {} images was used up before {} promising phrases were decided; raise budget.images.",
        budget.images, cut));
  }
  return threshold;
}

}  // namespace scotoma
