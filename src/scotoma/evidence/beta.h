// SPDX-License-Identifier: Apache-2.0
// The beta distribution: what a rate may be after some trials.
#pragma once

namespace scotoma {

/// P(X > x) for X ~ Beta(a, b), a and b > 0; 1 for x <= 0, 0 for x >= 1.
double beta_above(double a, double b, double x);

/// The x with P(X <= x) = p for X ~ Beta(a, b); 0 < p < 1. Of a uniform p it is a draw from the distribution.
double beta_quantile(double a, double b, double p);

}  // namespace scotoma
