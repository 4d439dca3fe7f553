// The evidence that a failure rate is above a bound, as an e-value: it may be looked at after every image, and the
// trial may stop whenever one likes, for any reason.
#pragma once

namespace scotoma {

/// The natural logarithm of the e-value against "the rate is at most null_rate", after `events` in `n` independent
/// trials:
///
///   E = integral over q in (r, 1) of f(q) q^s (1-q)^(n-s) dq / (r^s (1-r)^(n-s)),    s = events, r = null_rate,
///
/// where f is the Beta(1/2, 1/2) density (Jeffreys' prior) cut off below r. Under the null hypothesis E is a
/// non-negative supermartingale that starts at 1, so by Ville's inequality it ever reaches 1/alpha with a probability
/// of at most alpha. E where one stopped is an e-value; the largest E seen on the way is not.
///
/// Requires 0 <= events <= n and null_rate >= 0. Never NaN; grows with `events`, falls with `null_rate`, 0 at n = 0.
/// null_rate >= 1 cannot be refuted: 0. null_rate = 0 is refuted by one event: +infinity. Absolute error below 1e-9 for
/// n <= 1e5 and null_rate in [1e-6, 1]; O(sqrt(n)) time.
/// Source: mixture of likelihood ratios as in Robbins, Annals of Mathematical Statistics 41 (1970), 1397-1409; the
/// mixture cut at the null as in Howard et al., Annals of Statistics 49 (2021), 1055-1080 (one-sided beta-binomial
/// mixture).
double log_e_value(int events, int n, double null_rate);

}  // namespace scotoma
