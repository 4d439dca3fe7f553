// Stages 1 to 3: base pictures of every label, classified and judged; base rates with their bounds.
#pragma once

#include "stage/context.h"

namespace scotoma {

/// One BaseResult a label, in the study's order. The bounds hold together for all labels with probability
/// 1 - alpha0: each of the 2 L one-sided bounds is at level 1 - alpha0 / (2 L).
/// Errors: bad_input when the budget does not even pay for the base pictures.
Result<std::vector<BaseResult>> sample_bases(StageContext& context);

/// What sample_bases asks: budget.base pictures a label, base prompts in turn. Every image has the seed of its own
/// index: prompts that read the same draw no picture twice.
std::vector<Question> base_questions(const StageContext& context);

}  // namespace scotoma
