// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/parallel.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace scotoma {
namespace {

/// The job's answer; what it throws, as an Error.
Result<void> guarded(const Job& job) {
  try {
    return job();
  } catch (const std::bad_alloc&) {
    return failed("out of memory; lower the batch sizes in the study, or the number of threads (--threads)");
  } catch (const std::exception& error) {
    return failed(fmt::format("stopped by an unexpected error: {}", error.what()));
  }
}

/// The threads of one call, and what they share.
class Crew {
 public:
  Crew(const std::function<std::optional<Job>()>& next, const CancelToken& cancel) : next_(next), cancel_(cancel) {}

  void work() {
    std::unique_lock lock(mutex_);
    while (!error_ && !cancel_.cancelled()) {
      std::optional<Job> job;
      const auto look = [&]() -> Result<void> {
        job = next_();
        return {};
      };
      if (auto looked = guarded(look); !looked.ok()) error_ = looked.error();
      if (error_) changed_.notify_all();
      if (!job && (error_ || under_way_ == 0)) return;
      if (!job) {
        changed_.wait(lock);
        continue;
      }
      run(*job, started_++, lock);
    }
  }

  /// Once all threads are done.
  Result<void> outcome() const {
    if (error_) return *error_;
    if (cancel_.cancelled() && next_()) return stopped();
    return {};
  }

 private:
  void run(const Job& job, std::size_t serial, std::unique_lock<std::mutex>& lock) {
    ++under_way_;
    lock.unlock();
    const Result<void> done = guarded(job);
    lock.lock();
    --under_way_;
    if (!done.ok() && (!error_ || serial < failed_job_)) {
      failed_job_ = serial;
      error_ = done.error();
    }
    changed_.notify_all();
  }

  const std::function<std::optional<Job>()>& next_;
  const CancelToken& cancel_;
  std::mutex mutex_;  ///< around next_ and what follows
  std::condition_variable changed_;
  std::size_t started_ = 0;
  std::size_t under_way_ = 0;
  std::size_t failed_job_ = 0;
  std::optional<Error> error_;
};

/// A job may see more processors than it was given: only some set-ups of Slurm bind it to those.
std::optional<int> granted_by_slurm() {
  const char* text = std::getenv("SLURM_CPUS_PER_TASK");
  if (text == nullptr) return std::nullopt;
  const std::string_view digits = text;
  int count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size() || count < 1) return std::nullopt;
  return count;
}

}  // namespace

Error stopped() { return interrupted("stopped; run the same command again to go on"); }

Result<void> run_growing(const std::function<std::optional<Job>()>& next, std::size_t most, int threads,
                         const CancelToken& cancel) {
  Crew crew(next, cancel);
  const std::size_t helpers = std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), most);
  std::vector<std::thread> pool;
  for (std::size_t t = 1; t < helpers; ++t) {
    try {
      pool.emplace_back([&crew] { crew.work(); });
    } catch (const std::system_error&) {  // no thread to be had: those that are there do the work
      break;
    }
  }
  crew.work();
  for (auto& thread : pool) thread.join();
  return crew.outcome();
}

Result<void> run_parallel(std::size_t jobs, int threads, const CancelToken& cancel,
                          const std::function<Result<void>(std::size_t)>& job) {
  std::size_t next = 0;
  const auto in_order = [&]() -> std::optional<Job> {
    if (next == jobs) return std::nullopt;
    return [&job, i = next++] { return job(i); };
  };
  return run_growing(in_order, jobs, threads, cancel);
}

int thread_count(int asked) {
  if (asked > 0) return asked;
  cpu_set_t set;
  const bool bound = sched_getaffinity(0, sizeof set, &set) == 0;
  const int there = bound ? CPU_COUNT(&set) : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, std::min(there, granted_by_slurm().value_or(there)));
}

}  // namespace scotoma
