// SPDX-License-Identifier: Apache-2.0
// Runs whose batches are answered elsewhere than in this process.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "scotoma/execute/executor.h"
#include "scotoma/session/session.h"

namespace scotoma {

/// What `find` was told of a Ray cluster.
struct RayArguments {
  std::string address;
  std::optional<int> workers;  ///< else as many as fit
  double cpus = 1;             ///< a worker
  double gpus = 0;             ///< a worker
};

/// A session, and who answers its batches for as long as this is there.
struct RunSession {
  virtual ~RunSession() = default;
  Session session;
  std::unique_ptr<Executor> executor = nullptr;  ///< null: threads of this process
};

}  // namespace scotoma
