// SPDX-License-Identifier: Apache-2.0
// Work on a thread of its own, while Python's main thread waits for Ctrl-C.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
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

/// How many threads do work that nobody waits for any more: while there are any the interpreter must not end as it
/// does, since they may ask it.
inline std::atomic<int> left_behind = 0;

/// What comes of work, for its thread and for the one who waits.
template <class Done>
struct Outcome {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Done> done;
  bool is_left = false;  ///< nobody waits
};

/// On the thread. What `work` holds goes before anybody goes on.
template <class Work, class Done>
void carry_out(std::optional<Work>& work, Outcome<Done>& outcome) {
  auto done = guarded(*work);
  work.reset();
  const std::lock_guard guard(outcome.mutex);
  outcome.done = std::move(done);
  if (outcome.is_left) --left_behind;
  outcome.ended.notify_all();
}

/// Does `work` on another thread, to which Python's signals do not come: an exception that a signal brings on its main
/// thread (KeyboardInterrupt) goes through here. The first cancels the work through `cancel`, and is thrown once that
/// has ended; a second is thrown at once, and so is the first without `cancel`. The work then goes on to its next stop
/// with nobody to wait for it: so it must hold all that it needs. With the lock.
template <class Work>
auto wait_for(Work work, const std::shared_ptr<CancelToken>& cancel) {
  using Done = decltype(work());
  constexpr const char* kSay =
      "\nstopping after this batch; press Ctrl-C again to stop at once (nothing finished is lost)\n";
  const auto outcome = std::make_shared<Outcome<Done>>();
  std::thread thread([outcome, work = std::optional<Work>(std::move(work))]() mutable { carry_out(work, *outcome); });
  std::optional<nb::python_error> interrupt;
  const auto is_done = [&] {
    const nb::gil_scoped_release unlocked;
    std::unique_lock guard(outcome->mutex);
    return outcome->ended.wait_for(guard, std::chrono::milliseconds(50), [&] { return outcome->done.has_value(); });
  };
  while (!is_done()) {
    if (PyErr_CheckSignals() == 0) continue;
    nb::python_error raised;
    if (cancel != nullptr && !interrupt) {
      cancel->cancel();
      interrupt.emplace(std::move(raised));
      PySys_WriteStderr(kSay);
      continue;
    }
    const std::lock_guard guard(outcome->mutex);
    if (outcome->done) break;
    outcome->is_left = true;
    ++left_behind;
    thread.detach();
    throw raised;
  }
  {
    const nb::gil_scoped_release unlocked;
    thread.join();
  }
  if (interrupt) throw *std::move(interrupt);
  return *std::move(outcome->done);
}

}  // namespace scotoma::python
