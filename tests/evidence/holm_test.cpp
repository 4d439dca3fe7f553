// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/holm.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "evidence/binomial.h"

namespace scotoma {
namespace {

/// p-values on a coarse grid, so that ties, zeros and ones come often.
rc::Gen<std::vector<double>> p_values(std::size_t most) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most + 1), [](std::size_t count) {
    return rc::gen::container<std::vector<double>>(
        count, rc::gen::map(rc::gen::inRange(0, 41), [](int k) { return k < 20 ? k / 400.0 : (k - 19) / 21.0; }));
  });
}

/// The closed test that Holm's procedure is a shortcut of, subset by subset: the adjusted value of i is the largest
/// Bonferroni p-value, |A| min p over A, of all sets A that hold i.
std::vector<double> by_closure(const std::vector<double>& p) {
  std::vector<double> adjusted(p.size(), 0);
  for (std::uint32_t set = 1; set < (std::uint32_t{1} << p.size()); ++set) {
    double smallest = 1;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if ((set >> i & 1U) != 0) smallest = std::min(smallest, p[i]);
    }
    const double bonferroni = std::min(1.0, std::popcount(set) * smallest);
    for (std::size_t i = 0; i < p.size(); ++i) {
      if ((set >> i & 1U) != 0) adjusted[i] = std::max(adjusted[i], bonferroni);
    }
  }
  return adjusted;
}

TEST(Holm, GivesTheTextbookValues) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005};
  const std::vector<double> expected = {0.03, 0.06, 0.06, 0.02};
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15) << i;
  EXPECT_TRUE(holm_adjusted({}).empty());
}

RC_GTEST_PROP(Holm, AgreesWithTheClosedTestOverAllSubsets, ()) {
  const std::vector<double> p = *p_values(10);
  const std::vector<double> plain = by_closure(p);
  const std::vector<double> adjusted = holm_adjusted(p);
  RC_ASSERT(adjusted.size() == p.size());
  for (std::size_t i = 0; i < p.size(); ++i) RC_ASSERT(std::abs(adjusted[i] - plain[i]) < 1e-12);
}

RC_GTEST_PROP(Holm, LiesBetweenThePValueAndBonferronisAndKeepsTheOrder, ()) {
  const std::vector<double> p = *p_values(60);
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    RC_ASSERT(adjusted[i] >= p[i]);
    RC_ASSERT(adjusted[i] <= std::min(1.0, static_cast<double>(p.size()) * p[i]));
    for (std::size_t j = 0; j < p.size(); ++j) RC_ASSERT(p[i] > p[j] || adjusted[i] <= adjusted[j]);
  }
}

RC_GTEST_PROP(Holm, DoesNotDependOnTheOrder, ()) {
  std::vector<double> p = *p_values(30);
  std::vector<double> adjusted = holm_adjusted(p);
  std::reverse(p.begin(), p.end());
  std::reverse(adjusted.begin(), adjusted.end());
  RC_ASSERT(holm_adjusted(p) == adjusted);
}

TEST(Holm, HoldsTheFamilyWiseErrorRateExactlyForThreeIndependentTests) {
  // Each test: its p-value is P(X >= x), X ~ Binomial(12, 1/2). All nulls true; every outcome enumerated.
  constexpr int kTrials = 12;
  std::vector<double> chance, p;
  for (int x = 0; x <= kTrials; ++x) chance.push_back(binomial_probability(x, kTrials, 0.5));
  for (int x = 0; x <= kTrials; ++x) {
    double tail = 0;
    for (int k = x; k <= kTrials; ++k) tail += chance[static_cast<std::size_t>(k)];
    p.push_back(std::min(1.0, tail));
  }
  for (const double alpha : {0.01, 0.05, 0.2}) {
    double wrong = 0;
    for (std::size_t a = 0; a < p.size(); ++a) {
      for (std::size_t b = 0; b < p.size(); ++b) {
        for (std::size_t c = 0; c < p.size(); ++c) {
          const std::vector<double> adjusted = holm_adjusted(std::vector{p[a], p[b], p[c]});
          if (*std::min_element(adjusted.begin(), adjusted.end()) <= alpha) wrong += chance[a] * chance[b] * chance[c];
        }
      }
    }
    EXPECT_LE(wrong, alpha);
    EXPECT_GT(wrong, 0);
  }
}

}  // namespace
}  // namespace scotoma
