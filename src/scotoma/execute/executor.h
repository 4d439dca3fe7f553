// SPDX-License-Identifier: Apache-2.0
// Who carries batches to models: threads of this process (threads.h), or workers elsewhere.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/cancel.h"
#include "scotoma/core/result.h"
#include "scotoma/execute/batch.h"

namespace scotoma {

/// A batch, and who gets its answers (execute/batch.h says what they are). `done` may be called on any thread,
/// and by several at once; it must have returned before its batch counts as done.
struct Task {
  Batch batch;
  std::function<Result<void>(std::vector<std::string> answers)> done;
};

class Executor {
 public:
  virtual ~Executor() = default;

  /// How many batches of a role it takes at once, one or more.
  virtual std::size_t at_once(RoleKind role) const = 0;

  /// Carries out what `next` gives, several at once, until it gives nothing while nothing is under way: tasks may come
  /// of one another. `next` is called by one thread at a time, with all that tasks did visible to it, and must not
  /// fail. `roles`: those that tasks are of; `most`: how many tasks are expected at most. Errors: that of a batch or of
  /// its `done`, of several that of the one that began first; interrupted when cancelled. No task begins after either.
  virtual Result<void> run(const std::function<std::optional<Task>()>& next, std::span<const RoleKind> roles,
                           std::size_t most, const CancelToken& cancel) = 0;
};

}  // namespace scotoma
