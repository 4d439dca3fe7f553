// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/parallel.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace scotoma {
namespace {

/// The job's answer; what it throws, as an Error.
Result<void> guarded(const std::function<Result<void>(std::size_t)>& job, std::size_t i) {
  try {
    return job(i);
  } catch (const std::bad_alloc&) {
    return failed("out of memory; lower the batch sizes in the study, or the number of threads (--threads)");
  } catch (const std::exception& error) {
    return failed(fmt::format("stopped by an unexpected error: {}", error.what()));
  }
}

}  // namespace

Error stopped() { return interrupted("stopped; run the same command again to go on"); }

Result<void> run_parallel(std::size_t jobs, int threads, const CancelToken& cancel,
                          const std::function<Result<void>(std::size_t)>& job) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::size_t failed_job = jobs;
  std::optional<Error> error;

  const auto work = [&] {
    while (!stop && !cancel.cancelled()) {
      const std::size_t i = next++;
      if (i >= jobs) return;
      if (auto done = guarded(job, i); !done.ok()) {
        const std::lock_guard lock(mutex);
        stop = true;
        if (i < failed_job) {
          failed_job = i;
          error = done.error();
        }
      }
    }
  };

  const std::size_t helpers = std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), jobs);
  std::vector<std::thread> pool;
  for (std::size_t t = 1; t < helpers; ++t) {
    try {
      pool.emplace_back(work);
    } catch (const std::system_error&) {  // no thread to be had: those that are there do the work
      break;
    }
  }
  work();
  for (auto& thread : pool) thread.join();

  if (error) return *error;
  if (cancel.cancelled() && next < jobs) return stopped();
  return {};
}

int thread_count(int asked) {
  if (asked > 0) return asked;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace scotoma
