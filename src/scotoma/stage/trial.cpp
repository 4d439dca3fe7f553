// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/trial.h"

#include <iterator>

#include "scotoma/core/seed.h"
#include "scotoma/stage/drafts.h"

namespace scotoma {
namespace {

std::vector<Query> queries_of(const StageContext& context, const std::vector<Trial>& trials, std::string_view word,
                              int first, int count) {
  std::vector<Query> queries;
  for (const Trial& trial : trials) {
    const Target& target = context.target(trial.label);
    const auto begin = static_cast<std::size_t>(first) + static_cast<std::size_t>(trial.before);
    for (std::size_t i = begin; i < begin + static_cast<std::size_t>(count); ++i) {
      const std::uint64_t seed = sample_seed(context.study.seed, word, trial.stream, i);
      queries.push_back(
          {trial.label, target.class_index, {trial.prompts[i % trial.prompts.size()], seed}, target.failure});
    }
  }
  return queries;
}

/// `count` of each trial, in their order.
std::vector<std::vector<Sample>> by_trial(std::vector<Sample> samples, std::size_t trials, int count) {
  std::vector<std::vector<Sample>> out;
  auto next = std::make_move_iterator(samples.begin());
  for (std::size_t t = 0; t < trials; ++t, next += count) out.emplace_back(next, next + count);
  return out;
}

}  // namespace

Result<std::vector<std::vector<Sample>>> sample_trials(StageContext& context, const std::vector<Trial>& trials,
                                                       Purpose purpose, int first, int count) {
  const auto queries = queries_of(context, trials, name_of(purpose), first, count);
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, may_be_drafts(context, purpose) ? sample_drafts(context, queries, purpose)
                                                                         : context.sample(queries, purpose));
  return by_trial(std::move(samples), trials.size(), count);
}

Result<std::vector<std::vector<Sample>>> sample_beyond_budget(const StageContext& context,
                                                              const std::vector<Trial>& trials, std::string_view word,
                                                              int first, int count) {
  const auto queries = queries_of(context, trials, word, first, count);
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, context.sampler.sample(queries));
  return by_trial(std::move(samples), trials.size(), count);
}

}  // namespace scotoma
