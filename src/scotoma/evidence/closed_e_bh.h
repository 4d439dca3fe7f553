// SPDX-License-Identifier: Apache-2.0
// Many hypotheses at once: which of them may be called bugs, and at which false discovery rate any choice of a reader's
// may be claimed.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace scotoma {

struct ClosedEbh {
  std::vector<bool> rejected;  ///< as the e-values: true for a discovery
  double log_threshold = 0;    ///< an e-value was rejected if and only if its logarithm is at least this
};

/// The smallest level alpha at which the set R of hypotheses may be called bugs,
///
///   max over A of |A and R| / (|R| mean of e over A),    A any non-empty set of the K hypotheses,
///
/// capped at 1. All sets with a level of at most alpha form a collection from which one may pick after seeing
/// everything, and the false discovery rate of what was picked is at most alpha: with A the set of the true nulls the
/// bracket bounds |A and R| / |R|, whichever R was picked, by alpha times a mean of e-values. Nothing is asked of the
/// dependence between them, but each must be an e-value, given everything that chose the K hypotheses.
///
/// `log_e_values`: natural logarithms, infinities allowed, NaN not; at most K of them, those missing count as e = 0.
/// `chosen`: indices of R, each once; an empty set is allowed at any level: 0. `hypotheses`: K >= 1, fixed before the
/// first image that an e-value looks at. O(K log K).
/// Source: Xu, Solari, Fischer, de Heide, Ramdas and Goeman, arXiv 2509.02517 (2025): the closed e-BH procedure with
/// the mean as the e-value of an intersection. The worst A holds the smallest e-values of R and of the others, so that
/// it is enough to try every number of each.
double closed_e_bh_level(std::span<const double> log_e_values, std::span<const std::size_t> chosen, int hypotheses);

/// The largest set of the largest e-values whose level is at most `alpha`, where what is not in it counts as e = 0: so
/// that a set stays rejected, whatever becomes of trials that are still open. It holds what e-BH (Wang and Ramdas, JRSS
/// B 84 (2022), 822-852) rejects, e >= K / (k alpha) for k of them, and may hold more: where k of K are rejected their
/// smallest need only reach (1 + K - k) / (k alpha). If none is rejected, log_threshold is what the first discovery
/// would have needed, log(K / alpha). `alpha` in (0, 1). O(K^2) at worst.
ClosedEbh closed_e_bh(std::span<const double> log_e_values, int hypotheses, double alpha);

/// The same where every trial has ended: what is not in the set counts as what it is, so that the set holds that of
/// closed_e_bh() and may hold more. An e-value that is not large enough for a discovery still speaks for those beside
/// it. If none is rejected, log_threshold is as above; some of the others may then reach it only alone. O(K^2).
ClosedEbh closed_e_bh_at_the_end(std::span<const double> log_e_values, int hypotheses, double alpha);

/// The least logarithm of an e-value that closed_e_bh may reject where at most `most` of `hypotheses` are: all others
/// of them are then beyond doubt. Requires 1 <= most <= hypotheses.
double least_rejected(int most, int hypotheses, double alpha);

}  // namespace scotoma
