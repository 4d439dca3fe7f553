// SPDX-License-Identifier: Apache-2.0
// Weighted sums of what a step reads, while a sampler is planned: in double, and written as the papers write them.
#pragma once

#include <algorithm>
#include <vector>

#include "scotoma/backend/diffusion/noise_schedule.h"
#include "scotoma/backend/diffusion/scheduler.h"

namespace scotoma {

class Combination {
 public:
  struct Weighted {
    int operand = Operand::sample;
    double weight = 0;
  };

  Combination() = default;

  /// The terms, in the order in which their operands were first named.
  const std::vector<Weighted>& terms() const { return terms_; }

  Combination& operator+=(const Combination& other) {
    for (const Weighted& each : other.terms_) {
      const auto mine = std::find_if(terms_.begin(), terms_.end(),
                                     [&](const Weighted& term) { return term.operand == each.operand; });
      if (mine == terms_.end()) {
        terms_.push_back(each);
      } else {
        mine->weight += each.weight;
      }
    }
    return *this;
  }

  friend Combination operator*(double weight, Combination c) {
    for (Weighted& each : c.terms_) each.weight *= weight;
    return c;
  }
  friend Combination operator+(Combination a, const Combination& b) { return a += b; }
  friend Combination operator-(Combination a, const Combination& b) { return a += -1 * b; }

  /// The value of one operand.
  static Combination of(int operand) {
    Combination out;
    out.terms_.push_back({operand, 1});
    return out;
  }
  static Combination sample() { return of(Operand::sample); }
  static Combination output() { return of(Operand::output); }
  static Combination original() { return of(Operand::original); }
  static Combination noise() { return of(Operand::noise); }

 private:
  std::vector<Weighted> terms_;
};

/// The noise in a sample with signal `alpha` and noise `sigma`, as the output predicts it: not by way of the clean
/// image, which may be held to bounds.
inline Combination predicted_noise(PredictionType prediction, double alpha, double sigma) {
  switch (prediction) {
    case PredictionType::epsilon:
      return Combination::output();
    case PredictionType::v_prediction:
      return sigma * Combination::sample() + alpha * Combination::output();
    case PredictionType::sample:
      return (1 / sigma) * Combination::sample() - (alpha / sigma) * Combination::output();
  }
  return {};
}

/// Appends "`to` becomes `value`" to a step. Terms of weight 0 are left out.
inline void assign(SamplerStep& step, int to, const Combination& value) {
  Assignment out{to, {}};
  for (const auto& [operand, weight] : value.terms()) {
    if (weight != 0) out.terms.push_back({operand, static_cast<float>(weight)});
  }
  step.assignments.push_back(std::move(out));
}

/// The last `size` values of something, in memory from its slot `first` on.
class History {
 public:
  explicit History(int size, int first = 0) : size_(size), first_(Operand::memory + first) {}

  /// The operand that holds the value of step `step`; its `size`-th successor takes its place.
  int slot(int step) const { return first_ + step % size_; }
  Combination of(int step) const { return Combination::of(slot(step)); }

 private:
  int size_;
  int first_;
};

}  // namespace scotoma
