// SPDX-License-Identifier: Apache-2.0
// Claims together: the waves of trials they come from, and the false discovery rate of any choice among them.
#pragma once

#include <span>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// The part of the level `alpha` of all claims at which a wave decides. The false discovery rate of all claims is at
/// most that of each wave, added up.
double alpha_of(Wave wave, double alpha);

/// How many hypotheses a wave tried: K of its decision, fixed before the first of its images.
int trials_of(std::span<const Hypothesis> hypotheses, Wave wave);

/// A claim as its level sees it.
struct Claim {
  double log_e_value = 0;
  std::optional<Wave> wave;  ///< none: of a record of before there were waves

  bool operator==(const Claim&) const = default;
};

/// Trials of each wave; `unwaved`: K of claims without one.
struct TrialCounts {
  int search = 0;
  int cross_check = 0;
  int unwaved = 0;

  bool operator==(const TrialCounts&) const = default;
};

/// Every confirmed hypothesis, bugs and exceptions, in their order.
std::vector<Claim> claims_of(std::span<const Hypothesis> hypotheses);

/// Whether a trial that ended so speaks for the claims beside it.
bool speaks_beside_claims(Status status);

/// Trials of waves that came to an end and are no claims, in their order: their e-values speak for the claims beside
/// them. None of those that the generator could not show, which count as e = 0.
std::vector<Claim> trials_beside_claims(std::span<const Hypothesis> hypotheses);

/// `unwaved` as given: it is no property of hypotheses.
TrialCounts trial_counts(std::span<const Hypothesis> hypotheses, int unwaved);

/// The level of `chosen` out of `others` and itself, whoever chose them and why: the mean over waves, by their numbers
/// of chosen claims, of closed_e_bh_level (evidence/closed_e_bh.h). Others are further claims and
/// trials_beside_claims(); what is missing of the trials counts as e = 0. Of claims without a wave the e-values of
/// others do not help: K / (n e), e the smallest of the n chosen (docs/method.md). 0 of no claim.
double claims_level(std::span<const Claim> chosen, std::span<const Claim> others, const TrialCounts& trials);

}  // namespace scotoma
