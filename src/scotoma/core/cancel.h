// SPDX-License-Identifier: Apache-2.0
// A request to stop, raised by Ctrl-C and looked at between batches.
#pragma once

#include <atomic>

namespace scotoma {

class CancelToken {
 public:
  /// Safe in a signal handler.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free);
  std::atomic<bool> cancelled_{false};
};

}  // namespace scotoma
