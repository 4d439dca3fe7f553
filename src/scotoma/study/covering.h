// SPDX-License-Identifier: Apache-2.0
// Covering arrays: few rows in which everything occurs together with everything.
#pragma once

#include <cstddef>
#include <vector>

namespace scotoma {

/// More combinations of a label's phrases than this are refused when a study is read.
constexpr double kMostCombinations = 1e6;

/// One value of each factor: row[f] is in [0, sizes[f]).
using Row = std::vector<int>;

/// Rows in which every combination of values of any `strength` different factors occurs at least once. Factor f has
/// sizes[f] >= 1 values. Every row covers at least one combination that no row before it has, and the first rows cover
/// many, of all values alike, so that the beginning of an array is a good use of few rows. At most `most_rows` come
/// back: then some combinations are missing. A function of its arguments alone. Requires 1 <= strength <= sizes.size()
/// and at most kMostCombinations combinations.
///
/// Factor by factor, a row takes the value that completes the most missing combinations; of equals, the one with the
/// most missing ones still to come. Where that completes none, the row starts from the first missing one. Source: the
/// one-row-at-a-time greedy scheme of AETG (Cohen, Dalal, Fredman and Patton, IEEE Trans. Software Eng. 23 (1997),
/// 437-444), without its random choices. Time: rows x sum of sizes x C(factors, strength) look-ups.
std::vector<Row> covering_array(const std::vector<int>& sizes, int strength, std::size_t most_rows);

/// All sets of `size` of the numbers 0 .. count - 1, each ascending, in lexicographic order.
std::vector<std::vector<std::size_t>> subsets(std::size_t count, std::size_t size);

/// How many ways there are to take one value of each of 1 .. most different factors: the elementary symmetric
/// polynomials of the sizes, added up.
double count_combinations(const std::vector<int>& sizes, int most);

}  // namespace scotoma
