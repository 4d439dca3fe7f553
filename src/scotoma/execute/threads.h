// SPDX-License-Identifier: Apache-2.0
// Batches on threads of this process, asked of models that are loaded here.
#pragma once

#include "scotoma/execute/executor.h"

namespace scotoma {

class ThreadExecutor final : public Executor {
 public:
  /// References must outlive it. Of a role that says nothing of its own (Role::concurrency) as many batches run at once
  /// as there are threads.
  ThreadExecutor(Models& models, ImageStore& images, int threads)
      : models_(models), images_(images), threads_(static_cast<std::size_t>(threads)) {}

  std::size_t at_once(RoleKind role) const override;
  Result<void> run(const std::function<std::optional<Task>()>& next, std::span<const RoleKind> roles, std::size_t most,
                   const CancelToken& cancel) override;

 private:
  Models& models_;
  ImageStore& images_;
  std::size_t threads_;
};

}  // namespace scotoma
