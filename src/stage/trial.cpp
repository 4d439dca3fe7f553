#include "stage/trial.h"

#include "core/seed.h"

namespace scotoma {

Result<std::vector<std::vector<Sample>>> observe_trials(StageContext& context, const std::vector<Trial>& trials,
                                                        std::string_view purpose, int first, int count) {
  std::vector<std::vector<Draw>> draws;
  std::vector<Draw> all;
  for (const Trial& trial : trials) {
    auto& own = draws.emplace_back();
    for (int i = first; i < first + count; ++i) {
      own.push_back(
          {trial.prompt, sample_seed(context.study.seed, purpose, trial.seed_prompt, static_cast<std::uint64_t>(i))});
    }
    all.insert(all.end(), own.begin(), own.end());
  }
  SCOTOMA_CHECK(context.memo.generate(all));
  std::vector<std::vector<Sample>> samples;
  for (std::size_t t = 0; t < trials.size(); ++t) {
    const Target& target = context.target(trials[t].label);
    SCOTOMA_TRY(auto observed, context.memo.observe(target.label.name, target.class_index, draws[t]));
    samples.push_back(std::move(observed));
  }
  return samples;
}

}  // namespace scotoma
