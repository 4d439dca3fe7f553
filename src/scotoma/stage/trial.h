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
};

/// The trial of a hypothesis' own prompts.
inline Trial trial_of(const Hypothesis& hypothesis) {
  return {hypothesis.label, hypothesis.prompts, hypothesis.prompt};
}

/// For each trial, images first .. first + count - 1 of the purpose's seeds. All trials are observed together, so that
/// no thread waits at the end of one.
Result<std::vector<std::vector<Sample>>> sample_trials(const StageContext& context, const std::vector<Trial>& trials,
                                                       std::string_view purpose, int first, int count);

}  // namespace scotoma
