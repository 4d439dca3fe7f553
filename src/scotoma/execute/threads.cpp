// SPDX-License-Identifier: Apache-2.0
#include "scotoma/execute/threads.h"

#include <algorithm>
#include <utility>

#include "scotoma/core/parallel.h"

namespace scotoma {

std::size_t ThreadExecutor::at_once(RoleKind role) const {
  const Role* asked = role_of(models_, role);
  const auto liked = asked == nullptr ? std::nullopt : asked->concurrency();
  return std::max<std::size_t>(1, liked.value_or(threads_));
}

Result<void> ThreadExecutor::run(const std::function<std::optional<Task>()>& next, std::span<const RoleKind> roles,
                                 std::size_t most, const CancelToken& cancel) {
  // What is under way elsewhere only keeps a thread waiting: one more for each batch that a role likes beyond ours.
  std::size_t threads = threads_;
  for (const RoleKind role : roles) {
    if (const std::size_t liked = at_once(role); liked > threads_) threads += liked;
  }
  const auto jobs = [&]() -> std::optional<Job> {
    auto task = next();
    if (!task) return std::nullopt;
    return [this, task = *std::move(task)]() -> Result<void> {
      SCOTOMA_ASSIGN_OR_RETURN(auto answers, answer(task.batch, models_, images_));
      return task.done(std::move(answers));
    };
  };
  return run_growing(jobs, most, static_cast<int>(threads), cancel);
}

}  // namespace scotoma
