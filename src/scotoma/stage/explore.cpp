// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/explore.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "scotoma/finding/count.h"
#include "scotoma/stage/explorer.h"
#include "scotoma/stage/promise.h"
#include "scotoma/stage/trial.h"

namespace scotoma {
namespace {

constexpr int kAgain = 2;  // more rounds for what has only shown invalid images

}  // namespace

Exploration::Exploration(StageContext& context, std::vector<Hypothesis>& hypotheses)
    : context_(context), hypotheses_(hypotheses) {}

int Exploration::left() const { return context_.budget().for_exploration(); }

std::vector<std::size_t> Exploration::arms() const {
  std::vector<std::size_t> arms;
  for (std::size_t h = 0; h < hypotheses_.size(); ++h) {
    if (hypotheses_[h].status != Status::underpowered) arms.push_back(h);
  }
  arms.resize(std::min(arms.size(), context_.budget().arms()));
  return arms;
}

int Exploration::initial_images(std::size_t arms) const {
  return arms == 0 ? 0 : std::min(budget().initial_images, left() / static_cast<int>(arms));
}

Result<void> Exploration::look(const std::vector<std::size_t>& arms, int count) {
  assert(std::int64_t{count} * std::ssize(arms) <= left());
  SCOTOMA_RETURN_IF_ERROR(generate(arms, count));
  for (int again = 0; again < kAgain; ++again) {
    std::vector<std::size_t> no_valid_images;
    for (const std::size_t h : arms) {
      const Rate& seen = hypotheses_[h].explored;
      if (seen.valid == 0 && !surely_not_generatable(seen, context_.study.evidence.max_invalid))
        no_valid_images.push_back(h);
    }
    if (no_valid_images.empty() || no_valid_images.size() > static_cast<std::size_t>(left() / count)) break;
    SCOTOMA_RETURN_IF_ERROR(generate(no_valid_images, count));
  }
  return {};
}

Result<void> Exploration::generate(const std::vector<std::size_t>& arms, int count) {
  std::map<int, std::vector<std::size_t>> by_first;  // arms that have as many images already
  for (const std::size_t h : arms) by_first[static_cast<int>(hypotheses_[h].tried.size())].push_back(h);
  for (const auto& [first, some] : by_first) {
    std::vector<Trial> trials;
    for (const std::size_t h : some) trials.push_back(trial_of(hypotheses_[h]));
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_trials(context_, trials, Purpose::exploration, first, count));
    for (std::size_t i = 0; i < some.size(); ++i) {
      Hypothesis& hypothesis = hypotheses_[some[i]];
      hypothesis.tried.insert(hypothesis.tried.end(), samples[i].begin(), samples[i].end());
      hypothesis.explored = rate_of(hypothesis.tried, hypothesis.direction);
    }
  }
  return {};
}

std::vector<std::size_t> Exploration::generatable(const std::vector<std::size_t>& arms) {
  std::vector<std::size_t> generatable;
  for (const std::size_t h : arms) {
    if (surely_not_generatable(hypotheses_[h].explored, context_.study.evidence.max_invalid)) {
      hypotheses_[h].status = Status::not_generatable;
    } else {
      generatable.push_back(h);
    }
  }
  return generatable;
}

std::vector<std::size_t> Exploration::best_first(std::vector<std::size_t> arms) const {
  return Promise(hypotheses_).best_first(hypotheses_, std::move(arms));
}

std::vector<std::size_t> Exploration::cut(std::vector<std::size_t> arms, std::size_t most) {
  for (std::size_t i = most; i < arms.size(); ++i) hypotheses_[arms[i]].status = Status::not_promising;
  arms.resize(std::min(arms.size(), most));
  return arms;
}

Result<std::vector<std::size_t>> explore(StageContext& context, std::vector<Hypothesis>& hypotheses) {
  Exploration exploration(context, hypotheses);
  return context.study.budget.explorer == Explorer::thompson ? thompson(exploration) : halving(exploration);
}

}  // namespace scotoma
