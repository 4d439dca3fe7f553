// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/evidence/e_bh.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/prediction_powered.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr double kWithdrawalLevel = 0.99;

/// The hypothesis' audit, in review order, of what `wanted` takes.
template <class Wanted>
Counted counted_of(const std::vector<Reviewable>& ordered, const Reviews& reviews, const Wanted& wanted) {
  std::vector<Reviewable> group;
  std::copy_if(ordered.begin(), ordered.end(), std::back_inserter(group),
               [&](const Reviewable& image) { return wanted(*image.sample); });
  return count_reviews(group, reviews);
}

/// Whether the classifier's answer is the event, whatever the judge says.
bool is_event(const Sample& sample, Direction direction) { return sample.correct == (direction == Direction::passes); }

std::optional<ReviewedRate> reviewed_rate(const Hypothesis& h, const std::vector<Reviewable>& ordered,
                                          const Reviews& reviews) {
  std::array<ReviewedCell, 4> cells;
  ReviewedRate result;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    ReviewedCell& cell = cells[i];
    cell.accepted = i / 2 == 1;
    cell.event = i % 2 == 1;
    const Counted counted = counted_of(ordered, reviews, [&](const Sample& sample) {
      return sample.valid() == cell.accepted && is_event(sample, h.direction) == cell.event;
    });
    cell.all = counted.all;
    cell.reviewed = counted.reviewed;
    cell.shows = counted.shows;
    result.reviewed += cell.reviewed;
    result.disagreed += cell.accepted ? cell.reviewed - cell.shows : cell.shows;
  }
  if (result.reviewed < kFewestReviewed) return std::nullopt;
  const PoweredRate powered = prediction_powered_rate(cells, 0.95);
  result.rate = powered.rate;
  result.low = powered.interval.low;
  result.high = powered.interval.high;
  return result;
}

/// Why the hypothesis says nothing of the classifier; empty: it does.
std::string not_generatable_because(const Hypothesis& h, const std::vector<Reviewable>& ordered, const Reviews& reviews,
                                    double limit) {
  if (surely_not_generatable(h.audit, limit)) {
    return fmt::format("the judge did not see the label in {} of the {} images of its audit", h.audit.invalid,
                       h.audit.invalid + h.audit.valid);
  }
  const Counted accepted = counted_of(ordered, reviews, [](const Sample& sample) { return sample.valid(); });
  if (accepted.reviewed > 0 &&
      clopper_pearson_lower(accepted.reviewed - accepted.shows, accepted.reviewed, kWithdrawalLevel) > limit) {
    return fmt::format("a person saw the label in only {} of {} images of its audit that the judge accepted",
                       accepted.shows, accepted.reviewed);
  }
  return {};
}

/// The log e-value from which claims of a wave stay. Those of a record without waves: by e-BH with its slots.
double threshold_of(const Study& study, const Findings& findings, std::optional<Wave> wave) {
  const double alpha = study.evidence.alpha - study.evidence.alpha0;
  std::vector<Claim> ended = claims_of(findings.hypotheses);
  if (wave) {
    const std::vector<Claim> beside = trials_beside_claims(findings.hypotheses);
    ended.insert(ended.end(), beside.begin(), beside.end());
  }
  std::vector<double> log_e_values;
  for (const Claim& trial : ended) {
    if (trial.wave == wave) log_e_values.push_back(trial.log_e_value);
  }
  if (!wave) return e_bh(log_e_values, slots(study), alpha).log_threshold;
  const int trials = std::max(1, trials_of(findings.hypotheses, *wave));
  return closed_e_bh_at_the_end(log_e_values, trials, alpha_of(*wave, alpha)).log_threshold;
}

/// The decision of each wave over what is left of its claims; what was withdrawn counts as e = 0.
void decide_anew(const Study& study, Findings& findings, std::vector<std::string>& limits) {
  if (study.evidence.rule != EvidenceRule::sequential) return;
  const auto decide = [&](std::optional<Wave> wave) {
    const double threshold = threshold_of(study, findings, wave);
    for (Hypothesis& h : findings.hypotheses) {
      if (h.status != Status::confirmed || h.wave != wave || h.log_e_value >= threshold) continue;
      h.status = Status::not_confirmed;
      limits.push_back(fmt::format(
          "'{}' was confirmed together with what was withdrawn; without that, its evidence does not do.", h.prompt));
    }
    return threshold;
  };
  const double of_search = decide(Wave::search);
  decide(Wave::cross_check);
  const double without_waves = decide(std::nullopt);
  const bool waves = trials_of(findings.hypotheses, Wave::search) > 0;
  findings.rejection_threshold = waves ? of_search : without_waves;
}

/// Bugs that are none any more explain no correlation.
void forget_in_rows(Findings& findings) {
  const auto fallen = [&](const std::string& id) {
    return std::none_of(findings.hypotheses.begin(), findings.hypotheses.end(),
                        [&](const Hypothesis& h) { return h.id == id && h.status == Status::confirmed; });
  };
  for (CrossRow& row : findings.cross) std::erase_if(row.bugs, fallen);
  std::erase_if(findings.cross, [](const CrossRow& row) { return row.bugs.empty(); });
}

}  // namespace

std::vector<std::string> review(const Study& study, const Reviews& reviews, Findings& findings) {
  std::vector<std::string> limits;
  bool withdrawn = false;
  for (Hypothesis& h : findings.hypotheses) {
    if (h.audit_samples.empty()) continue;
    std::vector<Reviewable> ordered;
    if (!reviews.empty()) {
      for (const Sample& sample : h.audit_samples) ordered.push_back({&sample, h.label});
      ordered = in_review_order(study.seed, std::move(ordered));
      h.reviewed = reviewed_rate(h, ordered, reviews);
    }
    if (h.status != Status::confirmed) continue;
    const std::string reason = not_generatable_because(h, ordered, reviews, study.evidence.max_invalid);
    if (reason.empty()) continue;
    h.status = Status::not_generatable;
    withdrawn = true;
    limits.push_back(fmt::format("The generator cannot show '{}': {}. It is not called a bug.", h.prompt, reason));
  }
  if (withdrawn) {
    decide_anew(study, findings, limits);
    forget_in_rows(findings);
  }
  if (reviews.empty()) return limits;
  const JudgeReview judged = judge_review(study.seed, findings, reviews);
  if (judged.reviewed > 0) findings.judge_review = judged;
  return limits;
}

}  // namespace scotoma
