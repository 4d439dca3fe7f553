// SPDX-License-Identifier: Apache-2.0
// budget.minutes: how many images that is on this machine.
#pragma once

#include "scotoma/cache/answer_cache.h"
#include "scotoma/cache/memo.h"
#include "scotoma/core/clock.h"
#include "scotoma/model/roles.h"
#include "scotoma/stage/context.h"

namespace scotoma {

struct SpeedOptions {
  int threads = 1;
  bool replay_only = false;  ///< measure nothing: the answer must be in the cache
};

/// Images that are generated, classified and judged in a minute. Measured once, on the study's first baseline images
/// (after a batch that warms up; where they do not do or are known already, on images of the base prompts with seeds of
/// their own, which count as nobody's), and then remembered in the cache under the fingerprints of the three
/// models, like an answer of theirs: whatever runs on that cache from then on is given the same number, at any
/// number of threads. Errors: bad_input when it is not known and options.replay_only, or the cache's answer is
/// damaged; those of the models and of the disk; interrupted.
Result<double> images_per_minute(const StageContext& context, const Models& models, Memo& memo, AnswerCache& cache,
                                 Clock& clock, const SpeedOptions& options);

/// The images that the study may use: budget.images, or what budget.minutes allow where that is fewer. context.limits
/// says into how many images the minutes were turned. Errors: bad_input when these do not pay for the baseline images;
/// those of images_per_minute.
Result<int> affordable_images(StageContext& context, const Models& models, Memo& memo, AnswerCache& cache, Clock& clock,
                              const SpeedOptions& options);

}  // namespace scotoma
