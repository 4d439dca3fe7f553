// SPDX-License-Identifier: Apache-2.0
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

/// log_e_value and its derivative by null_rate.
struct LogEValue {
  double value = 0;
  double slope = 0;
};

/// One sample against many null rates: log_e_value for 0 < null_rate < 1, with what depends on the sample alone
/// computed once. The slope is never positive. With u = logit r it is
///
///   d log E / du = n r - s + l_0(u) - l_n(u),
///
/// where l_0 and l_n are the hazard rates, at u, of prior and posterior on the scale of u: density by what lies above.
/// As a function of the null rate the value is convex on (0, 1). We know of no proof; a test holds it for n up to 5000.
class EProcess {
 public:
  /// Requires 0 <= events <= n.
  EProcess(int events, int n);
  LogEValue against(double null_rate) const;

 private:
  int events_;
  int n_;
  double log_beta_;  ///< log B(events + 1/2, n - events + 1/2)
};

}  // namespace scotoma
