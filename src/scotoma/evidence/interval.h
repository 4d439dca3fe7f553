// SPDX-License-Identifier: Apache-2.0
// Confidence intervals for failure rates, and for the difference of two, from samples of fixed size: the baseline
// sample and the audit. What is watched while it grows needs an e-value instead (e_value.h).
#pragma once

namespace scotoma {

/// A closed interval; low <= high. Rates lie in [0, 1], differences of rates in [-1, 1].
struct Interval {
  double low = 0;
  double high = 1;
};

/// The exact interval for a rate, from `events` in `n` independent trials: it covers the true rate with a probability
/// of at least `confidence`, whatever the rate is, and misses it on either side with at most (1 - confidence) / 2.
/// Requires 0 <= events <= n and 0 < confidence < 1; n = 0 gives [0, 1].
/// Source: Clopper and Pearson, Biometrika 26 (1934), 404-413, by quantiles of the beta distribution.
Interval clopper_pearson(int events, int n, double confidence);

/// The exact one-sided upper limit: the true rate is above it with a probability of at most 1 - level.
/// Requires 0 <= events <= n and 0 < level < 1; 1 if events = n. Source: as clopper_pearson.
double clopper_pearson_upper(int events, int n, double level);

/// The exact one-sided lower limit: the true rate is below it with a probability of at most 1 - level.
/// Requires 0 <= events <= n and 0 < level < 1; 0 if events = 0. Source: as clopper_pearson.
double clopper_pearson_lower(int events, int n, double level);

/// The score interval for a rate: mostly narrower than clopper_pearson, but covers `confidence` only on average.
/// Requires 0 <= events <= n and 0 < confidence < 1; n = 0 gives [0, 1].
/// Source: Wilson, JASA 22 (1927), 209-212, without continuity correction.
Interval wilson(int events, int n, double confidence);

/// The hybrid score interval for rate1 - rate2 of two independent samples, in [-1, 1]; coverage is approximate.
/// Requires 0 <= events_i <= n_i and 0 < confidence < 1; an empty sample gives [-1, 1].
/// Source: Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10.
Interval newcombe_difference(int events1, int n1, int events2, int n2, double confidence);

/// The interval for rate1 - rate2 of the same `both + only_first + only_second + neither` pairs, in [-1, 1]; coverage
/// is approximate. `only_first`: pairs in which only the first had the event. No pair gives [-1, 1]. Requires counts >=
/// 0 and 0 < confidence < 1. Source: Newcombe, Statistics in Medicine 17 (1998), 2635-2650, method 10 (score intervals
/// joined by the correlation of the pairs, corrected for continuity).
Interval newcombe_paired(int both, int only_first, int only_second, int neither, double confidence);

}  // namespace scotoma
