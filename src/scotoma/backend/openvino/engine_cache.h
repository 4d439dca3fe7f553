// SPDX-License-Identifier: Apache-2.0
// The engine's own cache of compiled models, in the folder that the environment variable SCOTOMA_ENGINE_CACHE names: a
// model is compiled once, later processes read what came of it. The engine tells models by their contents, its version
// and the processor, but not by how they are compiled, so each way has a folder of its own. A file that is cut short is
// compiled anew; answers are the same bytes either way.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "scotoma/core/result.h"

namespace scotoma {

/// The right to read and write the cache: one process and one thread has it at a time, since the engine writes its
/// files in place.
class CacheTurn {
 public:
  /// Waits for the turn; at once, and with no folder, where the variable is not set. `settings`: how models are
  /// compiled, as the name of a folder: what was compiled otherwise is not found. Errors: bad_input when the folder
  /// cannot be made or written to.
  static Result<CacheTurn> take(const std::string& settings);

  CacheTurn(CacheTurn&& other) noexcept : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}
  CacheTurn(const CacheTurn&) = delete;
  CacheTurn& operator=(const CacheTurn&) = delete;
  CacheTurn& operator=(CacheTurn&&) = delete;
  ~CacheTurn();

  const std::filesystem::path& folder() const { return folder_; }  ///< empty: no cache

 private:
  CacheTurn() = default;
  std::filesystem::path folder_;
  int lock_ = -1;  ///< a file that is locked for as long as it is open
};

}  // namespace scotoma
