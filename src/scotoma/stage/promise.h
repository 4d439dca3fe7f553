// SPDX-License-Identifier: Apache-2.0
// Which explored hypotheses look most like bugs.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// How far explored hypotheses are above their nulls. A phrase that makes many labels fail is likely to make the next
/// one fail, too (a spurious correlation), and from an image or two of each label only all of them together tell that
/// from chance. So the rate is the mean of a Beta posterior whose prior weighs as much as Beta(1, 1) and has the mean
/// that this phrase has on the other labels: Beta(1, 1) itself where no other label was explored under it. It orders
/// hypotheses and is no evidence.
class Promise {
 public:
  explicit Promise(std::span<const Hypothesis> hypotheses);

  /// The expected rate less the null rate: a phrase under which a label fails that fails anyway promises less than one
  /// under which a label fails that never did.
  double operator()(const Hypothesis& hypothesis) const;

  /// Sorted by promise, best first; of equals, as they came.
  std::vector<std::size_t> best_first(std::span<const Hypothesis> hypotheses, std::vector<std::size_t> which) const;

 private:
  struct Counts {
    int events = 0;
    int valid = 0;
  };
  using Key = std::tuple<std::string, bool, Direction>;  ///< text, whether it stands in front, direction
  static Key key_of(const Hypothesis& hypothesis);

  /// The mean rate of its phrase on the other labels.
  double on_others(const Hypothesis& hypothesis) const;

  std::map<Key, Counts> by_phrase_;  ///< over all labels
};

}  // namespace scotoma
