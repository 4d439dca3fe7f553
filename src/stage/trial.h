// Images of many hypotheses at once: the step that explore, confirm and audit share.
#pragma once

#include <string_view>
#include <vector>

#include "stage/context.h"

namespace scotoma {

/// For each of `prompts` (with its label), images first .. first + count - 1 of the stream `purpose`, observed.
/// All are drawn together, so that no thread waits at the end of a hypothesis.
struct Trial {
  std::string label;
  std::string prompt;
  std::string seed_prompt;  ///< whose seeds are used: the same as prompt, or for pairs the prompt with the phrase
};
Result<std::vector<std::vector<Sample>>> observe_trials(StageContext& context, const std::vector<Trial>& trials,
                                                        std::string_view purpose, int first, int count);

}  // namespace scotoma
