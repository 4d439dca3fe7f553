#include "stage/confirm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "evidence/e_bh.h"
#include "evidence/e_value.h"
#include "evidence/interval.h"
#include "finding/count.h"
#include "stage/trial.h"

namespace scotoma {
namespace {

constexpr int kStep = 8;            // fresh images of a trial between two looks
constexpr int kFutilityAfter = 24;  // valid images before a trial may be given up
constexpr double kFutilityLevel = 0.99;

/// Follows the e-process over new samples.
void follow(Hypothesis& hypothesis, const std::vector<Sample>& samples, std::vector<Sample>& seen) {
  int events = hypothesis.confirmed.failures;
  int valid = hypothesis.confirmed.valid;
  for (const Sample& sample : samples) {
    seen.push_back(sample);
    if (!sample.valid()) continue;
    ++valid;
    events += shows(sample, hypothesis.direction) ? 1 : 0;
    hypothesis.log_e_path.push_back(log_e_value(events, valid, hypothesis.null_rate));
  }
  hypothesis.confirmed = rate_of(seen, hypothesis.direction);
  if (!hypothesis.log_e_path.empty()) hypothesis.log_e_value = hypothesis.log_e_path.back();
}

bool futile(const Hypothesis& hypothesis) {
  const Rate& rate = hypothesis.confirmed;
  return rate.valid >= kFutilityAfter &&
         clopper_pearson_upper(rate.failures, rate.valid, kFutilityLevel) < hypothesis.null_rate;
}

bool undrawable(const StageContext& context, const Hypothesis& hypothesis) {
  return invalid_share(hypothesis.confirmed) > context.study.evidence.max_invalid;
}

}  // namespace

Result<double> confirm(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<std::size_t>& finalists) {
  const Study& study = context.study;
  const double alpha = study.evidence.alpha - study.evidence.alpha0;
  const double enough = std::log(study.evidence.max_hypotheses / alpha);
  context.progress.stage(fmt::format("confirming {} phrases on fresh images", finalists.size()));

  std::vector<std::size_t> open = finalists;
  std::vector<std::vector<Sample>> seen(hypotheses.size());
  for (std::size_t h : finalists) hypotheses[h].status = Status::not_confirmed;
  for (int first = 0; first < study.budget.confirm && !open.empty(); first += kStep) {
    const int count = std::min(kStep, study.budget.confirm - first);
    while (!open.empty() && !context.affords(count, open.size())) {
      if (first == 0) hypotheses[open.back()].status = Status::out_of_budget;
      open.pop_back();
    }
    std::vector<Trial> trials;
    for (std::size_t h : open) trials.push_back({hypotheses[h].label, hypotheses[h].prompt, hypotheses[h].prompt});
    SCOTOMA_TRY(const auto samples, observe_trials(context, trials, "confirm", first, count));
    for (std::size_t i = 0; i < open.size(); ++i) follow(hypotheses[open[i]], samples[i], seen[open[i]]);
    context.spent.confirm += count * static_cast<int>(open.size());
    context.progress.spent(context.spent.total(), study.budget.images);
    std::erase_if(open, [&](std::size_t h) { return hypotheses[h].log_e_value >= enough || futile(hypotheses[h]); });
  }

  std::vector<double> log_e_values;  // a phrase that cannot be drawn claims nothing: its e-value is 0
  for (std::size_t h : finalists) {
    log_e_values.push_back(undrawable(context, hypotheses[h]) ? -std::numeric_limits<double>::infinity()
                                                              : hypotheses[h].log_e_value);
  }
  const EbhResult decided = e_bh(log_e_values, study.evidence.max_hypotheses, alpha);
  for (std::size_t i = 0; i < finalists.size(); ++i) {
    Hypothesis& hypothesis = hypotheses[finalists[i]];
    if (decided.rejected[i]) hypothesis.status = Status::confirmed;
    if (undrawable(context, hypothesis)) hypothesis.status = Status::undrawable;
  }
  return decided.log_threshold;
}

}  // namespace scotoma
