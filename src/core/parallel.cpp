#include "core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace scotoma {

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
      if (auto done = job(i); !done.ok()) {
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
  for (std::size_t t = 1; t < helpers; ++t) pool.emplace_back(work);
  work();
  for (auto& thread : pool) thread.join();

  if (error) return *error;
  if (cancel.cancelled() && next < jobs) return interrupted("stopped; run the same command again to go on");
  return {};
}

int thread_count(int asked) {
  if (asked > 0) return asked;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace scotoma
