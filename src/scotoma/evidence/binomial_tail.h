// SPDX-License-Identifier: Apache-2.0
// Exact tests of one rate against a bound, from a sample of fixed size.
#pragma once

namespace scotoma {

/// P(X >= events), X ~ Binomial(n, rate): the one-sided exact p-value of "the rate is at most `rate`", against "it is
/// higher". At most 1 - level if and only if clopper_pearson_lower(events, n, level) is at least `rate`.
/// Requires 0 <= events <= n and 0 <= rate <= 1; 1 at events = 0. Source: as clopper_pearson (interval.h).
double binomial_at_least(int events, int n, double rate);

/// P(X <= events): the p-value of "the rate is at least `rate`", against "it is lower". At most 1 - level if and only
/// if clopper_pearson_upper(events, n, level) is at most `rate`. Requires as binomial_at_least; 1 at events = n.
double binomial_at_most(int events, int n, double rate);

}  // namespace scotoma
