// SPDX-License-Identifier: Apache-2.0
// Samples -> rates.
#pragma once

#include <span>
#include <string>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Whether a valid sample shows what the hypothesis says: a failure, or (Direction::passes) a correct answer.
inline bool shows(const Sample& sample, Direction direction) {
  return sample.valid() && sample.correct == (direction == Direction::passes);
}

/// Events among the valid samples, with a 95 % Clopper-Pearson interval.
Rate rate_of(std::span<const Sample> samples, Direction direction);

/// Sets rate, low and high of a Rate from its counts.
void fill_interval(Rate& rate);

/// Share of samples that the judge refused; 0 without samples.
double invalid_share(const Rate& rate);

/// Whether more than `limit` of what the prompt generates is invalid beyond doubt: the one-sided 99 % Clopper-Pearson
/// limit of the share of invalid samples is above it. For samples that are looked at while they grow.
bool surely_not_generatable(const Rate& rate, double limit);

/// Whether the event is surely more frequent than in `null_rate` of the images, were they a sample of fixed size: the
/// one-sided 95 % Clopper-Pearson lower limit is above it. It guides a search and is no evidence.
bool clearly_above(const Rate& rate, double null_rate);

/// The mean of the rate's posterior from Beta(1, 1): it orders small samples sensibly.
inline double posterior_mean(const Rate& rate) { return (rate.failures + 1.0) / (rate.valid + 2.0); }

/// Of passes, given one of failures, and the other way round.
Rate complement(const Rate& rate);

/// The label's base result; null if there is none.
const BaseResult* base_of(std::span<const BaseResult> bases, const std::string& label);

/// What is sought for a label: failures, or passes where it fails systematically.
inline Direction direction_of(const BaseResult& base) {
  return base.failing_label ? Direction::passes : Direction::fails;
}

/// The rate of the event among the label's baseline images.
Rate base_rate(const BaseResult& base, Direction direction);

/// Tells a hypothesis what its label's baseline images show of its event: base_events of base_valid, and the null rate
/// min(1, their rate + delta), or 1 without a valid image.
void set_base(Hypothesis& hypothesis, const BaseResult& base, double delta);

/// Tells a hypothesis that goes on trial what the label's fresh baseline images show of its event, all that its
/// evidence may count. null_rate then is that of all its baseline images.
void set_fresh_base(Hypothesis& hypothesis, const BaseResult& base, const Rate& fresh, double delta);

/// The most frequent wrong class among valid samples and how often it came; ties go to the smaller class index.
struct WrongAnswer {
  int class_index = -1;  ///< -1: no failure
  int count = 0;
};
WrongAnswer most_frequent_wrong(std::span<const Sample> samples);

/// "fly-on-a-flower": lower case, digits and hyphens only.
std::string slug(const std::string& text);

}  // namespace scotoma
