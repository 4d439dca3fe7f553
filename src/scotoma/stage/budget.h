// SPDX-License-Identifier: Apache-2.0
// How the images of a study are shared out: every share of the budget stands on this page, in the order in which the
// stages take them. What one leaves goes to those after it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "scotoma/core/seed.h"
#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Images of one round of the base prompts: what an audit takes of each label at least.
inline int audit_round(const Study& study) { return static_cast<int>(study.prompts.base.size()); }

/// The shortest audit of a cause: four images, in whole rounds. It and a round of each further label of the cause are
/// what confirmation keeps back, so that trials do not take the budget of audits.
inline int shortest_audit(const Study& study) {
  const int round = audit_round(study);
  constexpr int kLeast = 4;
  return std::min(study.budget.audit, (kLeast + round - 1) / round * round);
}

/// The count in which images of a purpose stand; null for those that no study's budget pays for.
inline int Spent::*count_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::baseline:
    case Purpose::fresh_baseline:
      return &Spent::base;
    case Purpose::screening:
    case Purpose::exploration:
      return &Spent::explore;
    case Purpose::shrinking:
      return &Spent::shrink;
    case Purpose::confirmation:
      return &Spent::confirm;
    case Purpose::audit:
      return &Spent::audit;
    case Purpose::cross_check:
      return &Spent::cross;
    case Purpose::speed:
    case Purpose::doctor:
    case Purpose::review:
    case Purpose::certificate:
      break;
  }
  return nullptr;
}

/// What is left of a study's budget, and how much of that each stage may take. All are numbers of images, none below 0.
class Budget {
 public:
  /// Both must outlive it.
  Budget(const Study& study, const Spent& spent) : study_(study), spent_(spent) {}

  int left() const { return std::max(0, study_.budget.images - spent_.total()); }

  /// Whether `images` more stay within the budget.
  bool affords(std::int64_t images) const { return spent_.total() + images <= study_.budget.images; }

  /// `count` images for each of `trials`, in a type that holds the product of any two options.
  bool affords(int count, std::size_t trials) const {
    return affords(std::int64_t{count} * static_cast<std::int64_t>(trials));
  }

  /// Baseline images beyond the first of each label: half, before the search and again before confirmation.
  int for_baselines() const { return left() / 2; }

  /// Screening of each of `labels`: their shares of a half.
  std::size_t for_screening(std::size_t labels) const {
    return static_cast<std::size_t>(left() / 2) / std::max(labels, std::size_t{1});
  }

  /// Exploration, screening among it: three fifths of what baselines left, less what was explored. Evidence takes fresh
  /// baseline images of each label and about ten of a bug that always fails.
  int for_exploration() const {
    const std::int64_t others = spent_.total() - spent_.explore;
    return static_cast<int>(std::max(std::int64_t{0}, (study_.budget.images - others) * 3 / 5 - spent_.explore));
  }

  /// Rows of the further search (stage/further.h): a third of what exploration has left.
  int for_wide_rows() const { return for_exploration() / 3; }

  /// Its pairs: half of what is then left.
  int for_wide_pairs() const { return for_exploration() / 2; }

  /// Each of its tries of single phrases and of pairs alone: a quarter of what is then left. The rest explores what it
  /// found.
  int for_wide_tries() const { return for_exploration() / 4; }

  /// Whether the study has had what it was given: less than a twentieth is left. Only then more images would have
  /// helped where a share of them did not do.
  bool spent() const { return std::int64_t{20} * left() < study_.budget.images; }

  /// How many phrases exploration can try at all: each takes two images, or one where budget.initial_images is 1.
  std::size_t arms() const {
    return static_cast<std::size_t>(for_exploration() / std::min(2, study_.budget.initial_images));
  }

  /// Shrinking: a quarter.
  int for_shrinking() const { return left() / 4; }

 private:
  const Study& study_;
  const Spent& spent_;
};

}  // namespace scotoma
