// SPDX-License-Identifier: Apache-2.0
// Work on a thread of its own, while Python's main thread waits for Ctrl-C.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "gil.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/result.h"

namespace scotoma::python {

/// No exception may leave a thread.
template <class Work>
auto guarded(Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& error) {
    return failed(std::string("stopped by an unexpected error: ") + error.what());
  }
}

/// Does `work` on another thread. Ctrl-C, which Python sees on its main thread alone, cancels it, and is what is thrown
/// in the end. With the lock.
template <class Work>
auto wait_for(Work work, CancelToken& cancel) {
  std::optional<nb::python_error> interrupt;
  decltype(work()) done = failed("not run");
  std::mutex mutex;
  std::condition_variable ended;
  bool is_done = false;
  std::thread thread([&] {
    auto result = guarded(work);
    const std::lock_guard guard(mutex);
    done = std::move(result);
    is_done = true;
    ended.notify_all();
  });
  {
    const nb::gil_scoped_release unlocked;
    std::unique_lock guard(mutex);
    while (!ended.wait_for(guard, std::chrono::milliseconds(50), [&] { return is_done; })) {
      guard.unlock();
      {
        const nb::gil_scoped_acquire lock;
        if (PyErr_CheckSignals() != 0) {
          interrupt.emplace();
          cancel.cancel();
        }
      }
      guard.lock();
    }
    guard.unlock();
    thread.join();
  }
  if (interrupt) throw *std::move(interrupt);
  return done;
}

}  // namespace scotoma::python
