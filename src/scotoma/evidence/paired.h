// SPDX-License-Identifier: Apache-2.0
// Pairs of images that share a seed and differ in the phrase: does the phrase change the outcome?
#pragma once

namespace scotoma {

/// The two-sided exact p-value of "the outcome is as likely with the phrase as without", from the pairs that disagree:
/// min(1, 2 P(X <= min(only_first, only_second))), X ~ Binomial(only_first + only_second, 1/2).
/// `only_first`: pairs in which only the first image failed; `only_second`: only the second; both >= 0. 1 if no pair
/// disagrees; 0 where it would be below 1e-308.
/// Source: McNemar, Psychometrika 12 (1947), 153-157; the exact conditional test of Fagerland, Lydersen and Laake, BMC
/// Medical Research Methodology 13:91 (2013).
double mcnemar_exact(int only_first, int only_second);

/// The same, one-sided: small where the first image shows the outcome more often than the second.
/// P(X >= only_first), X ~ Binomial(only_first + only_second, 1/2); 1 if only_first is 0.
double mcnemar_greater(int only_first, int only_second);

}  // namespace scotoma
