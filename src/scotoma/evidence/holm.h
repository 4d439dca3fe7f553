// SPDX-License-Identifier: Apache-2.0
// Several tests at once: which may be believed, if not even one wrong claim is to be made?
#pragma once

#include <span>
#include <vector>

namespace scotoma {

/// Holm's adjusted p-values, in the order given. Rejecting every hypothesis with an adjusted value of at most alpha
/// holds the family-wise error rate: the probability of even one false rejection is at most alpha, under any dependence
/// between the p-values. With p_(1) <= ... <= p_(m),
///
///   adjusted_(i) = min(1, max over j <= i of (m - j + 1) p_(j)).
///
/// Each at least its own p-value and at most m times it; equal p-values get equal adjusted ones. `p`: each in [0, 1],
/// each valid by itself (P(p <= x) <= x under its null); none: an empty result. O(m log m).
/// Source: Holm, Scandinavian Journal of Statistics 6 (1979), 65-70; adjusted p-values: Wright, Biometrics 48 (1992),
/// 1005-1013.
std::vector<double> holm_adjusted(std::span<const double> p);

}  // namespace scotoma
