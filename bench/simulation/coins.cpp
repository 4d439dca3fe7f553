// SPDX-License-Identifier: Apache-2.0
#include "simulation/coins.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/core/philox.h"

namespace scotoma::simulation {
namespace {

double accepted_share(const JudgeErrors& judge, bool missing) {
  return missing ? judge.accepts_missing : 1 - judge.refuses;
}

/// Middles and widths of the cells between `cuts` in (0, 1).
std::vector<std::pair<double, double>> cells(std::vector<double> cuts) {
  cuts.insert(cuts.end(), {0.0, 1.0});
  std::sort(cuts.begin(), cuts.end());
  std::vector<std::pair<double, double>> result;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    if (cuts[i + 1] > cuts[i]) result.emplace_back((cuts[i] + cuts[i + 1]) / 2, cuts[i + 1] - cuts[i]);
  }
  return result;
}

/// How likely both images of a pair are valid, and by how much more often the first of them fails.
struct PairChance {
  double valid = 0;
  double difference = 0;
};

/// Pairs with the same luck: exact, by adding up the cells of the cube in which both outcomes are constant.
PairChance with_same_luck(const Chances& with, const Chances& without, const JudgeErrors& judge) {
  PairChance sum;
  for (const auto& [u0, w0] : cells({with.missing, without.missing})) {
    for (const auto& [u1, w1] : cells({with.failure, without.failure, kMissingFails})) {
      for (const auto& [u2, w2] : cells({judge.accepts_missing, 1 - judge.refuses})) {
        const Outcome a = outcome_of(with, judge, {u0, u1, u2});
        const Outcome b = outcome_of(without, judge, {u0, u1, u2});
        if (!a.valid || !b.valid) continue;
        const double weight = w0 * w1 * w2;
        sum.valid += weight;
        sum.difference += weight * ((a.failure ? 1 : 0) - (b.failure ? 1 : 0));
      }
    }
  }
  return sum;
}

/// Valid images, and those of them that fail.
struct Accepted {
  double valid = 0;
  double failing = 0;
};

Accepted accepted(const Chances& chances, const JudgeErrors& judge) {
  const double shown = (1 - chances.missing) * accepted_share(judge, false);
  const double missing = chances.missing * accepted_share(judge, true);
  return {shown + missing, shown * chances.failure + missing * kMissingFails};
}

}  // namespace

Outcome outcome_of(const Chances& chances, const JudgeErrors& judge, const Luck& luck) {
  const bool missing = luck[0] < chances.missing;
  return {luck[2] < accepted_share(judge, missing), luck[1] < (missing ? kMissingFails : chances.failure)};
}

double accepted_failure_rate(const Truth& truth, const std::vector<std::string>& prompts) {
  Accepted sum;
  for (const std::string& prompt : prompts) {
    const Accepted one = accepted(truth.prompts.at(prompt), truth.judge);
    sum.valid += one.valid;
    sum.failing += one.failing;
  }
  return sum.failing / sum.valid;
}

double real_failure_rate(const Truth& truth, const std::vector<std::string>& prompts) {
  double shown = 0;
  double failing = 0;
  for (const std::string& prompt : prompts) {
    const Chances& chances = truth.prompts.at(prompt);
    shown += 1 - chances.missing;
    failing += (1 - chances.missing) * chances.failure;
  }
  return failing / shown;
}

double paired_lift(const Truth& truth, const std::vector<std::string>& with, const std::vector<std::string>& without) {
  const double paired = truth.shared_luck ? 0 : truth.paired;
  PairChance sum;
  for (std::size_t i = 0; i < with.size(); ++i) {
    const Chances& a = truth.prompts.at(with[i]);
    const Chances& b = truth.prompts.at(without[i]);
    const PairChance same = with_same_luck(a, b, truth.judge);
    const Accepted first = accepted(a, truth.judge);
    const Accepted second = accepted(b, truth.judge);
    sum.valid += paired * same.valid + (1 - paired) * first.valid * second.valid;
    sum.difference +=
        paired * same.difference + (1 - paired) * (first.failing * second.valid - second.failing * first.valid);
  }
  return sum.difference / sum.valid;
}

Luck CoinSampler::luck_of(const GenerationRequest& request, std::uint64_t index) const {
  if (truth_.shared_luck) {
    Philox random(study_seed_, (calls_ << 32) + index);
    return {random.uniform(), random.uniform(), random.uniform()};
  }
  Philox of_seed(request.seed, study_seed_);
  const Luck luck = {of_seed.uniform(), of_seed.uniform(), of_seed.uniform()};
  if (of_seed.uniform() < truth_.paired) return luck;
  std::uint64_t name = 0xCBF29CE484222325;  // FNV-1a: std::hash differs between libraries
  for (const char c : request.prompt) name = (name ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  Philox of_draw(request.seed, study_seed_ ^ name);
  return {of_draw.uniform(), of_draw.uniform(), of_draw.uniform()};
}

Result<std::vector<Sample>> CoinSampler::sample(std::span<const Query> queries) {
  std::unordered_map<std::string, std::uint64_t> seen;
  std::vector<Sample> samples;
  samples.reserve(queries.size());
  for (const Query& query : queries) {
    const auto chances = truth_.prompts.find(query.request.prompt);
    if (chances == truth_.prompts.end()) {
      return failed(fmt::format("the simulation knows nothing of the prompt '{}'", query.request.prompt));
    }
    const std::uint64_t index = truth_.shared_luck ? seen[query.request.prompt]++ : 0;
    const Outcome outcome = outcome_of(chances->second, truth_.judge, luck_of(query.request, index));
    Sample sample;
    sample.request = query.request;
    sample.correct = !outcome.failure;
    sample.prediction.top = {{outcome.failure ? (query.class_index == 0 ? 1 : 0) : query.class_index, 1.0F}};
    sample.judgement = {outcome.valid, outcome.valid ? 1.0F : 0.0F};
    samples.push_back(std::move(sample));
  }
  ++calls_;
  return samples;
}

}  // namespace scotoma::simulation
