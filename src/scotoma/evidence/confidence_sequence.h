// SPDX-License-Identifier: Apache-2.0
// Intervals of a rate that hold at every sample size at once: a sample may stop when its interval is narrow enough.
#pragma once

#include "scotoma/evidence/interval.h"

namespace scotoma {

/// Of `events` in `n` independent trials of one rate: every rate p against which the e-process
///
///   E(p) = B(events + 1/2, n - events + 1/2) / (B(1/2, 1/2) p^events (1-p)^(n-events))
///
/// has not reached 1 / (1 - level). At the true rate E is a martingale that starts at 1, so that by Ville's inequality
/// the intervals after 1, 2, 3, ... trials all hold the rate together with probability `level` or more, whatever makes
/// the sample stop. It is the wealth of a bettor who spreads a Beta(1/2, 1/2) prior over all strategies.
///
/// The trials may be of several rates in turn, one of each in every round: at the end of a round the interval is one of
/// their mean m. A round's factor of E has the mean prod (p_i a + (1 - p_i) b) with a = q / m, b = (1 - q) / (1 - m)
/// for each q of the prior, which is at most (m a + (1 - m) b)^rates = 1, as the logarithm is concave.
///
/// Requires 0 <= events <= n and 0 < level < 1; [0, 1] for n = 0. Within 1e-9; O(1).
/// Source: Robbins, Annals of Mathematical Statistics 41 (1970), 1397-1409; as betting, Waudby-Smith and Ramdas, JRSS B
/// 86 (2024), 1-27 (arXiv 2010.09686).
Interval confidence_sequence(int events, int n, double level);

}  // namespace scotoma
