// SPDX-License-Identifier: Apache-2.0
// Many hypotheses at once: which e-values are large enough that few of those called bugs are not.
#pragma once

#include <span>
#include <vector>

namespace scotoma {

struct EbhResult {
  std::vector<bool> rejected;  ///< as the e-values: true for a discovery
  double log_threshold = 0;    ///< an e-value was rejected if and only if its logarithm is at least this
};

/// The e-BH procedure: rejects the k* largest e-values, k* = max{k : e_[k] >= K / (k alpha)}, which holds the false
/// discovery rate at alpha under any dependence between the e-values, provided that those of true nulls add up to at
/// most K on average: each need not be an e-value by itself ("compound e-values"). If none is rejected, log_threshold
/// is what the first discovery would have needed, log(K / alpha). `log_e_values`: natural logarithms, infinities
/// allowed, NaN not; at most K of them, those missing count as e = 0. `max_hypotheses`: K >= 1, fixed before the study:
/// how many were tested may then depend on what was seen. `alpha` in (0, 1). Source: Wang and Ramdas, JRSS B 84 (2022),
/// 822-852; for compound e-values Ignatiadis, Wang and Ramdas, arXiv 2409.19812 (2024).
EbhResult e_bh(std::span<const double> log_e_values, int max_hypotheses, double alpha);

}  // namespace scotoma
