// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/baseline.h"

#include <cstdint>
#include <span>
#include <string>

#include "scotoma/finding/count.h"
#include "scotoma/study/prompt.h"

namespace scotoma {

std::vector<Query> base_queries(const StageContext& context, const Target& target, Purpose purpose, int first,
                                int last) {
  const auto prompts = base_prompts(context.study.prompts, target.label);
  std::vector<Query> queries;
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
    const std::string& prompt = prompts[i % prompts.size()];
    const std::uint64_t seed = sample_seed(context.study.seed, purpose, prompt, i);
    queries.push_back({target.label.name, target.class_index, {prompt, seed}, target.failure});
  }
  return queries;
}

Result<std::vector<Rate>> generate_fresh(StageContext& context, const std::vector<Wanted>& wanted,
                                         std::vector<BaseResult>& bases) {
  std::vector<Query> queries;
  for (const auto& [l, size] : wanted) {
    const int first = bases[l].fresh.valid + bases[l].fresh.invalid;  // those before were seen by an earlier wave
    const auto more = base_queries(context, context.targets[l], Purpose::fresh_baseline, first, first + size);
    queries.insert(queries.end(), more.begin(), more.end());
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, context.sample(queries, Purpose::fresh_baseline));
  std::vector<Rate> rates;
  auto next = samples.begin();
  for (const auto& [l, size] : wanted) {
    const std::span<const Sample> own(&*next, static_cast<std::size_t>(size));
    next += size;
    const Rate& rate = rates.emplace_back(rate_of(own, Direction::fails));
    Rate& all = bases[l].fresh;
    all.failures += rate.failures;
    all.valid += rate.valid;
    all.invalid += rate.invalid;
    fill_interval(all);
  }
  return rates;
}

}  // namespace scotoma
