// SPDX-License-Identifier: Apache-2.0
// Any subset of the hypotheses that a user picks: at which false discovery rate may it be claimed?
#pragma once

#include <cstddef>
#include <span>

namespace scotoma {

/// The smallest level alpha at which the set R of hypotheses may be called bugs,
///
///   max over A of |A and R| / (|R| sum of e over A / K),    A any non-empty set of the K hypotheses,
///
/// capped at 1, which is K / (|R| min of e over R): the largest is that of A = the smallest e-value of R, alone. For a
/// fixed alpha, all sets with a level of at most alpha form a collection from which one may pick after seeing
/// everything, and the false discovery rate of what was picked is at most alpha, under any dependence between the
/// e-values. The largest such set is what e_bh rejects.
///
/// What is asked of the e-values is that those of true nulls add up to at most K on average ("compound e-values").
/// Closed e-BH takes the mean of e over A as evidence against all of A at once. That would need more: that it is an
/// e-value for every A. Ours are not, for a hypothesis' label is chosen after its baseline sample (joint_e_value.h):
/// the sum over A by K is what remains, and closing e-BH over it gives e-BH for any subset.
///
/// `log_e_values`: natural logarithms, infinities allowed, NaN not; at most K of them. `chosen`: indices of R, each
/// once; an empty set is allowed at any level: 0. `max_hypotheses`: K >= 1, fixed before the study.
/// Source: Xu, Solari, Fischer, de Heide, Ramdas and Goeman, arXiv 2509.02517 (2025), for the closure; Ignatiadis, Wang
/// and Ramdas, arXiv 2409.19812 (2024), for compound e-values.
double closed_e_bh_level(std::span<const double> log_e_values, std::span<const std::size_t> chosen, int max_hypotheses);

}  // namespace scotoma
