// SPDX-License-Identifier: Apache-2.0
#include "scotoma/transfer/check.h"

#include <fmt/format.h>

#include "scotoma/core/parallel.h"
#include "scotoma/evidence/binomial_tail.h"
#include "scotoma/evidence/holm.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr double kLevel = 0.05;

Verdict verdict_of(const CheckCase& one) {
  if (one.now.claimed.valid == 0) return Verdict::undecided;
  if (one.p_fixed <= kLevel) return Verdict::fixed;
  if (one.p_there > kLevel) return Verdict::undecided;
  return one.p_worse <= kLevel ? Verdict::worse : Verdict::there;
}

/// Sets what the two classifiers' answers on the same claimed images say together.
void compare(const std::vector<Sample>& before, const std::vector<Sample>& now, CheckCase& one) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool fails_now = now[i].failure();
    one.only_now += fails_now && !before[i].failure() ? 1 : 0;
    one.only_before += !fails_now && before[i].failure() ? 1 : 0;
  }
  one.before = rate_of(before, Direction::fails);
}

CheckCase case_of(const Hypothesis& h, const std::string& finding, const Study& study, const std::vector<Pair>& pairs,
                  const std::vector<std::string>& class_names) {
  CheckCase one;
  one.id = h.id;
  one.finding = finding;
  one.label = h.label;
  one.prompt = h.prompt;
  one.direction = h.direction;
  const double upper = h.base_valid > 0 ? clopper_pearson_upper(h.base_events, h.base_valid, 1 - kLevel) : 1;
  const double cap = h.direction == Direction::fails ? std::min(1.0, upper + study.evidence.delta)
                                                     : study.evidence.failing_label_threshold;
  one.now = cell_of(pairs, h.direction, study.evidence.delta, cap, class_names);
  std::vector<Sample> before;
  std::vector<Sample> now;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    before.push_back(claimed_image(h.pairs[i], h.direction));
    now.push_back(claimed_image(pairs[i], h.direction));
  }
  compare(before, now, one);
  return one;
}

CheckCase case_of(const SystematicFailure& failure, const Study& study, const std::vector<Sample>& now,
                  const std::vector<std::string>& class_names) {
  const BaseResult& base = *failure.base;
  CheckCase one;
  one.id = one.finding = failure.id;
  one.systematic = true;
  one.label = base.label;
  if (!base.prompts.empty()) one.prompt = base.prompts.front();
  one.now = systematic_cell(now, study.evidence.failing_label_threshold, class_names);
  compare(base.samples, now, one);
  return one;
}

}  // namespace

void decide(std::vector<CheckCase>& cases) {
  std::vector<double> there;
  std::vector<double> worse;
  for (CheckCase& one : cases) {
    const Rate& now = one.now.claimed;
    one.p_fixed = binomial_at_most(now.failures, now.valid, one.now.allowed);
    there.push_back(binomial_at_least(now.failures, now.valid, one.now.allowed));
    worse.push_back(binomial_at_least(one.only_now, one.only_now + one.only_before, 0.5));
  }
  there = holm_adjusted(there);
  worse = holm_adjusted(worse);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].p_there = there[i];
    cases[i].p_worse = worse[i];
    cases[i].verdict = verdict_of(cases[i]);
  }
}

Result<Check> check(const Study& study, const Findings& findings, CandidateModel& candidate, AnswerCache& cache,
                    ImageStore& images, const CancelToken& cancel, Listener& listener) {
  const Classifier& classifier = *candidate.models.classifier;
  Check result{candidate.name, classifier.fingerprint(), classifier.describe(), {}};
  listener.on(StageBegan{Stage::check});
  listener.on(StepBegan{fmt::format("asking {}", candidate.name)});
  Memo memo(candidate.models, cache, images, cancel, listener, {thread_count(study.engine.threads), false});
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, targets_by_label(study, memo.class_names()));
  const auto add = [&](const std::vector<const Hypothesis*>& bugs, const std::string& finding) -> Result<void> {
    for (const Hypothesis* h : bugs) {
      SCOTOMA_ASSIGN_OR_RETURN(const auto pairs, answer_again(*h, targets.at(h->label), memo));
      result.cases.push_back(case_of(*h, finding, study, pairs, memo.class_names()));
    }
    return {};
  };
  for (const Cause& cause : find_causes(findings)) SCOTOMA_RETURN_IF_ERROR(add(cause.bugs, cause.id));
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    const BaseResult& base = *failure.base;
    SCOTOMA_ASSIGN_OR_RETURN(const auto now, answer_again(base.samples, targets.at(base.label), memo));
    result.cases.push_back(case_of(failure, study, now, memo.class_names()));
    SCOTOMA_RETURN_IF_ERROR(add(failure.exceptions, failure.id));
  }
  decide(result.cases);
  return result;
}

}  // namespace scotoma
