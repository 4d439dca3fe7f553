// SPDX-License-Identifier: Apache-2.0
// Two independent samples: is an event more frequent in the first than in the second?
#pragma once

namespace scotoma {

/// The one-sided exact p-value of "the rate in the first sample is no higher than in the second", against "it is
/// higher": P(X >= a), X hypergeometric, of the a + b events how many fall into the first sample.
/// `a` events in `n1` trials, `b` in `n2`; 0 <= a <= n1 and 0 <= b <= n2. An empty sample gives 1; what would be below
/// 1e-308 gives 0. O(a + b) time.
/// Source: Fisher, JRSS 98 (1935), 39-54; the tea tasting of The Design of Experiments (1935), chapter II.
double fisher_greater(int a, int n1, int b, int n2);

}  // namespace scotoma
