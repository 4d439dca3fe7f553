// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/trial.h"

#include <iterator>

#include "scotoma/core/seed.h"

namespace scotoma {

Result<std::vector<std::vector<Sample>>> sample_trials(const StageContext& context, const std::vector<Trial>& trials,
                                                       std::string_view purpose, int first, int count) {
  std::vector<Query> queries;
  for (const Trial& trial : trials) {
    const Target& target = context.target(trial.label);
    const auto begin = static_cast<std::size_t>(first);
    for (std::size_t i = begin; i < begin + static_cast<std::size_t>(count); ++i) {
      const std::uint64_t seed = sample_seed(context.study.seed, purpose, trial.stream, i);
      queries.push_back(
          {trial.label, target.class_index, {trial.prompts[i % trial.prompts.size()], seed}, target.failure});
    }
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, context.sampler.sample(queries));
  std::vector<std::vector<Sample>> by_trial;
  auto next = std::make_move_iterator(samples.begin());
  for (std::size_t t = 0; t < trials.size(); ++t, next += count) by_trial.emplace_back(next, next + count);
  return by_trial;
}

}  // namespace scotoma
