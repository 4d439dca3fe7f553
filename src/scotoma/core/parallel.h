// SPDX-License-Identifier: Apache-2.0
// Runs independent jobs on a few threads. The only place in the program that starts threads.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "scotoma/core/cancel.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// Calls `job(i)` for i in [0, jobs), at most `threads` at a time, in order of starting. After the first error, or when
/// cancelled, no further job is started; those under way are finished. Returns the error of the lowest job that
/// failed, or an interrupted Error when jobs were left out. An exception of a job is a failed Error; fewer threads than
/// asked for, where the system has no more, are none.
Result<void> run_parallel(std::size_t jobs, int threads, const CancelToken& cancel,
                          const std::function<Result<void>(std::size_t)>& job);

/// The same for jobs that come of one another. `next` gives a job to start, or none while others under way must bring
/// it; when none is under way, none is the end. It is called by one thread at a time, with all that finished jobs did
/// visible to it. At most `most` jobs are expected: no more threads are started, and none where it is 1. `next` must
/// not fail.
using Job = std::function<Result<void>()>;
Result<void> run_growing(const std::function<std::optional<Job>()>& next, std::size_t most, int threads,
                         const CancelToken& cancel);

/// What a run says that was cancelled.
Error stopped();

/// `asked`, or the number of cores this process may use when `asked` is 0: those that it is bound to, and in a job of
/// Slurm no more than SLURM_CPUS_PER_TASK.
int thread_count(int asked);

}  // namespace scotoma
