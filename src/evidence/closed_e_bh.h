// Any subset of the hypotheses that a user picks: at which false discovery rate may it be claimed?
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace scotoma {

/// The smallest level alpha at which closed e-BH allows the set R of hypotheses to be called bugs,
///
///   max over A of |A and R| / (|R| mean of e over A),    A any non-empty set of the K hypotheses,
///
/// capped at 1. For a fixed alpha, all sets with a level of at most alpha form a collection from which one may pick
/// after seeing everything, and the false discovery rate of what was picked is at most alpha, under any dependence
/// between the e-values. `log_e_values`: natural logarithms, infinities allowed, NaN not; at most K of them, those
/// missing count as e = 0. `chosen`: indices of R, each once; an empty set is allowed at any level: 0.
/// `max_hypotheses`: K >= 1, fixed before the study. O(n log n + |R| (n - |R|)) time for n e-values.
/// Source: Xu, Solari, Fischer, de Heide, Ramdas and Goeman, arXiv 2509.02517 (2025), the mean e-value for
/// intersections.
double closed_e_bh_level(std::span<const double> log_e_values, std::span<const std::size_t> chosen, int max_hypotheses);

/// The largest set of the largest e-values that closed e-BH allows at level alpha; as e_bh, of which it is an
/// improvement: it rejects whatever e_bh rejects. True for a discovery. Of equal e-values, those with the smaller index
/// come first. Requires alpha in (0, 1).
std::vector<bool> closed_e_bh(std::span<const double> log_e_values, int max_hypotheses, double alpha);

}  // namespace scotoma
