// SPDX-License-Identifier: Apache-2.0
// How far drafts, the cheaper images of exploration, show what full images show.
#pragma once

#include <cmath>

namespace scotoma {

/// Drafts compared with full images of the same prompts and seeds. Of the drafts that failed and of those that passed
/// as many were taken, as far as there were; all here are valid in full.
struct DraftComparison {
  int images = 0;      ///< drafts that were generated
  int failed = 0;      ///< of all valid ones
  int valid = 0;       ///< likewise
  int both = 0;        ///< fail as a draft and in full
  int only_draft = 0;  ///< fail as a draft alone
  int only_full = 0;   ///< fail in full alone
  int neither = 0;
  int invalid = 0;         ///< the draft does not show the label
  bool gone_back = false;  ///< they mislead: exploration went back to full images

  int compared() const { return both + only_draft + only_full + neither + invalid; }

  /// Correlation (phi) of failing as a draft and failing in full, from -1 to 1, with drafts that fail as frequent as
  /// they were among all. 0 where no draft failed or none passed: that shows no connection.
  double correlation() const {
    if (valid == 0 || both + only_draft == 0 || only_full + neither == 0) return 0;
    const double share = static_cast<double>(failed) / valid;
    const double with = static_cast<double>(both) / (both + only_draft);  // fails in full, given a draft that fails
    const double without = static_cast<double>(only_full) / (only_full + neither);  // given one that passes
    const double full = share * with + (1 - share) * without;
    const double spread = share * (1 - share) * full * (1 - full);
    return spread <= 0 ? 0 : share * (1 - share) * (with - without) / std::sqrt(spread);
  }

  bool operator==(const DraftComparison&) const = default;
};

}  // namespace scotoma
