// SPDX-License-Identifier: Apache-2.0
// E-values under stopping rules that the program does not use, up to the worst: stop at the first discovery, chase what
// looks good. Of what is called a bug, the share that is none stays below alpha all the same. The program's own stages
// are simulated in tests/simulation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "evidence/binomial.h"
#include "scotoma/core/philox.h"
#include "scotoma/evidence/e_bh.h"
#include "scotoma/evidence/e_value.h"

namespace scotoma {
namespace {

/// Indices of the larger half (rounded up), best first, ties by index.
std::vector<std::size_t> best_half(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  order.resize((order.size() + 1) / 2);
  return order;
}

constexpr int kMaxHypotheses = 20;
constexpr int kMostImages = 60;  // for one hypothesis
constexpr int kStudies = 1000;
constexpr double kBaseRate = 0.15;
constexpr double kDelta = 0.05;
constexpr double kNullRate = kBaseRate + kDelta;  // where there is no bug: the largest rate that is none
constexpr double kBugRate = 0.7;
constexpr double kAlpha = 0.05;

enum class Stop {
  on_any_discovery,  // the study stops as soon as e-BH rejects anything
  chase,             // the same, and the next images go only to the half with the most evidence
};

enum class Outcomes { independent, shared };  // shared: one stroke of luck decides over all hypotheses of a study

struct Scenario {
  std::string name;
  int bugs;
  Outcomes outcomes;
  Stop stop;
};

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

using Evidence = double (*)(int events, int n, double null_rate);

/// log evidence for every (n, events), per null rate: computed once, looked up millions of times.
class EvidenceTable {
 public:
  explicit EvidenceTable(Evidence evidence) : evidence_(evidence) {}

  const std::vector<std::vector<double>>& at(double null_rate) {
    auto& table = tables_[null_rate];
    for (int n = static_cast<int>(table.size()); n <= kMostImages; ++n) {
      std::vector<double>& row = table.emplace_back();
      for (int s = 0; s <= n; ++s) row.push_back(evidence_(s, n, null_rate));
    }
    return table;
  }

 private:
  Evidence evidence_;
  std::map<double, std::vector<std::vector<double>>> tables_;
};

struct Outcome {
  double false_share = 0;  // of the discoveries; 0 if there are none
  double found_share = 0;  // of the bugs
};

struct Trial {
  std::size_t events = 0;
  std::size_t images = 0;
};

/// One study; the first `scenario.bugs` hypotheses are bugs, the others none.
Outcome run_study(const Scenario& scenario, EvidenceTable& tables, Philox& random) {
  const auto& evidence = tables.at(kNullRate);
  std::vector<Trial> trials(kMaxHypotheses);
  std::vector<double> log_e(kMaxHypotheses, 0.0);
  std::vector<bool> goes_on(kMaxHypotheses, true);

  for (int round = 0; round < kMostImages; ++round) {
    const double luck = random.uniform();
    for (std::size_t h = 0; h < trials.size(); ++h) {
      if (!goes_on[h]) continue;
      const double rate = h < static_cast<std::size_t>(scenario.bugs) ? kBugRate : kNullRate;
      const double draw = scenario.outcomes == Outcomes::shared ? luck : random.uniform();
      trials[h].events += draw < rate ? 1 : 0;
      ++trials[h].images;
      log_e[h] = evidence[trials[h].images][trials[h].events];
    }
    const double most = *std::max_element(log_e.begin(), log_e.end());
    if (most >= e_bh(log_e, kMaxHypotheses, kAlpha).log_threshold) break;
    if (scenario.stop == Stop::chase) {
      std::fill(goes_on.begin(), goes_on.end(), false);
      for (const std::size_t h : best_half(log_e)) goes_on[h] = true;
    }
  }

  const std::vector<bool> rejected = e_bh(log_e, kMaxHypotheses, kAlpha).rejected;
  const auto discoveries = std::count(rejected.begin(), rejected.end(), true);
  const auto found = std::count(rejected.begin(), rejected.begin() + scenario.bugs, true);
  Outcome outcome;
  if (discoveries > 0)
    outcome.false_share = static_cast<double>(discoveries - found) / static_cast<double>(discoveries);
  if (scenario.bugs > 0) outcome.found_share = static_cast<double>(found) / scenario.bugs;
  return outcome;
}

/// Means over kStudies studies: the realised false discovery rate and power.
Outcome run_studies(const Scenario& scenario, Evidence evidence, std::uint64_t seed) {
  EvidenceTable tables(evidence);
  Outcome mean;
  for (int study = 0; study < kStudies; ++study) {
    Philox random(seed, static_cast<std::uint64_t>(study));
    const Outcome outcome = run_study(scenario, tables, random);
    mean.false_share += outcome.false_share / kStudies;
    mean.found_share += outcome.found_share / kStudies;
  }
  return mean;
}

/// Three standard errors of a mean of kStudies shares, none of which varies more than a coin of rate alpha.
double monte_carlo_error() { return 3 * std::sqrt(kAlpha * (1 - kAlpha) / kStudies); }

/// -log of the binomial p-value. e-BH over 1/p is Benjamini-Hochberg over p: sound at a fixed size, not when one peeks.
double log_inverse_p_value(int events, int n, double null_rate) {
  double tail = 0;
  for (int k = n; k >= events; --k) tail += binomial_probability(k, n, null_rate);
  return -std::log(std::min(1.0, tail));
}

class Calibration : public testing::TestWithParam<Scenario> {};

TEST_P(Calibration, HoldsTheFalseDiscoveryRate) {
  const Scenario& scenario = GetParam();
  const Outcome mean = run_studies(scenario, log_e_value, 20220818);
  RecordProperty("false_discovery_rate", std::to_string(mean.false_share));
  RecordProperty("power", std::to_string(mean.found_share));
  EXPECT_LE(mean.false_share, kAlpha + monte_carlo_error());
  if (scenario.bugs > 0) {
    EXPECT_GT(mean.found_share, 0) << "valid, but blind";
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Calibration,
                         testing::Values(Scenario{"AllNullStoppedAtWill", 0, Outcomes::independent,
                                                  Stop::on_any_discovery},
                                         Scenario{"AllNullShared", 0, Outcomes::shared, Stop::on_any_discovery},
                                         Scenario{"AllNullChased", 0, Outcomes::independent, Stop::chase},
                                         Scenario{"HalfBugsChased", 10, Outcomes::independent, Stop::chase}),
                         [](const auto& instance) { return instance.param.name; });

TEST(CalibrationControl, TheSimulationCatchesPValuesThatPeek) {
  const Scenario peeking{"", 0, Outcomes::independent, Stop::on_any_discovery};
  EXPECT_GE(run_studies(peeking, log_inverse_p_value, 20220818).false_share, 2 * kAlpha);
}

}  // namespace
}  // namespace scotoma
