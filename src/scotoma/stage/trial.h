// SPDX-License-Identifier: Apache-2.0
// Images of many hypotheses at once: the step that explore, confirm and audit share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/stage/context.h"

namespace scotoma {

/// One hypothesis' images. Image i is generated from prompts[i % prompts.size()], with a seed of its own.
struct Trial {
  std::string label;
  std::vector<std::string> prompts;
  std::string stream;  ///< whose seeds: the hypothesis' prompt; pairs with and without a phrase share one
  int before = 0;      ///< images of the purpose that it has already, where trials have different numbers of them
};

/// The trial of a hypothesis' own prompts.
inline Trial trial_of(const Hypothesis& hypothesis) {
  return {hypothesis.label, hypothesis.prompts, hypothesis.prompt, 0};
}

/// For each trial, images first .. first + count - 1 of the purpose's seeds behind those before, which the study pays
/// for. All trials are sampled together, so that no thread waits at the end of one.
Result<std::vector<std::vector<Sample>>> sample_trials(StageContext& context, const std::vector<Trial>& trials,
                                                       Purpose purpose, int first, int count);

/// Likewise images that no study pays for: a user asked for a number of them, or a simulation did. `word`: that of a
/// purpose, or one of its own (core/seed.h).
Result<std::vector<std::vector<Sample>>> sample_beyond_budget(const StageContext& context,
                                                              const std::vector<Trial>& trials, std::string_view word,
                                                              int first, int count);

}  // namespace scotoma
