// SPDX-License-Identifier: Apache-2.0
// The engine's own cache of compiled models, for the user and all studies: a model is compiled once, later processes
// read what came of it. The engine distinguishes models by their contents, its version and the processor, but not by
// how they are compiled, so each way has folders of its own. Nor does it see damage in what it wrote, which would
// change answers in silence: every file has a checksum here, and one that does not fit is compiled anew. Answers are
// the same bytes either way.
//
//     FOLDER/<settings>/<model>/<hash>.blob   the engine's
//                               sums          lines "<SHA-256> <file>"; its time is when the model was last asked for
//                               lock
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "scotoma/core/result.h"

namespace scotoma {

/// The right to read and write what the cache holds of one model: one process and one thread has it at a time, since
/// the engine writes its files in place.
class CacheTurn {
 public:
  static constexpr std::uintmax_t kLargestModel = 128'000'000;  ///< bytes of a file; larger ones are compiled each time
  static constexpr std::uintmax_t kLargestCache = 1'000'000'000;  ///< bytes; models not asked for longest go first

  /// Waits for the turn, and removes what is damaged. The cache's folder is what the environment variable
  /// SCOTOMA_ENGINE_CACHE names (set and empty: no cache), else `usual` (empty: none). `settings`: how models are
  /// compiled, as the name of a folder: what was compiled otherwise is not found. Without a folder, and of a model that
  /// is too large, the turn comes at once and has no folder; so it does where `usual` cannot be written to. Errors:
  /// bad_input when the variable's folder cannot be made or written to.
  static Result<CacheTurn> take(const std::filesystem::path& usual, const std::string& settings,
                                const std::filesystem::path& model);

  CacheTurn(CacheTurn&& other) noexcept
      : base_(std::move(other.base_)), folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}
  CacheTurn(const CacheTurn&) = delete;
  CacheTurn& operator=(const CacheTurn&) = delete;
  CacheTurn& operator=(CacheTurn&&) = delete;
  ~CacheTurn();

  const std::filesystem::path& folder() const { return folder_; }  ///< for the engine; empty: no cache

  /// To be called once the engine is done: notes the checksums of what it wrote, and makes room. What cannot be noted
  /// is compiled anew next time.
  void keep(std::uintmax_t largest_cache = kLargestCache) const;

 private:
  CacheTurn() = default;
  std::filesystem::path base_;
  std::filesystem::path folder_;
  int lock_ = -1;  ///< a file that is locked for as long as it is open
};

}  // namespace scotoma
