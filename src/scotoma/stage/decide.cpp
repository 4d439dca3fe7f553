// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/decide.h"

#include <cstdint>
#include <limits>
#include <set>
#include <string_view>

#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/budget.h"

namespace scotoma {

bool not_generatable(const EvidenceOptions& evidence, const Hypothesis& hypothesis) {
  return invalid_share(hypothesis.confirmed) > evidence.max_invalid;
}

double value_of(const EvidenceOptions& evidence, const Hypothesis& hypothesis) {
  return not_generatable(evidence, hypothesis) ? -std::numeric_limits<double>::infinity() : hypothesis.log_e_value;
}

double alpha_of(const EvidenceOptions& evidence, Wave wave) { return alpha_of(wave, evidence.alpha - evidence.alpha0); }

std::int64_t images_of_audits(const Study& study, const std::vector<Hypothesis>& hypotheses,
                              const std::vector<std::size_t>& finalists, int trials, double alpha) {
  std::vector<double> log_e_values;
  for (const std::size_t h : finalists) log_e_values.push_back(value_of(study.evidence, hypotheses[h]));
  const ClosedEbh now = closed_e_bh_at_the_end(log_e_values, trials, alpha);
  std::set<std::string_view> phrases;  // one that several labels share is about one cause
  std::int64_t images = 0;
  for (std::size_t i = 0; i < finalists.size(); ++i) {
    if (!now.rejected[i]) continue;
    const bool known = !phrases.insert(hypotheses[finalists[i]].phrase.text).second;
    images += 2LL * (known ? audit_round(study) : shortest_audit(study));
  }
  return images;
}

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

}  // namespace scotoma
