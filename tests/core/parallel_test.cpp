// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/parallel.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <latch>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace scotoma {
namespace {

TEST(RunParallel, RunsEveryJobOnce) {
  const CancelToken cancel;
  for (int threads = 0; threads <= 4; ++threads) {
    for (std::size_t jobs : {0U, 1U, 3U, 100U}) {
      std::vector<std::atomic<int>> runs(jobs);
      const auto done = run_parallel(jobs, threads, cancel, [&](std::size_t i) -> Result<void> {
        ++runs[i];
        return {};
      });
      EXPECT_TRUE(done.ok());
      for (const auto& count : runs) EXPECT_EQ(count, 1) << jobs << " jobs, " << threads << " threads";
    }
  }
}

TEST(RunParallel, UsesAsManyThreadsAsAsked) {
  const CancelToken cancel;
  std::latch all_here(3);  // would wait for ever on fewer
  const auto done = run_parallel(3, 3, cancel, [&](std::size_t) -> Result<void> {
    all_here.arrive_and_wait();
    return {};
  });
  EXPECT_TRUE(done.ok());
}

TEST(RunParallel, WhatAJobThrowsIsAnErrorOnAnyThread) {
  const CancelToken cancel;
  for (int threads : {1, 3}) {
    const auto full = run_parallel(8, threads, cancel, [](std::size_t) -> Result<void> { throw std::bad_alloc(); });
    ASSERT_FALSE(full.ok());
    EXPECT_EQ(full.error().code, Code::failed);
    EXPECT_NE(full.error().message.find("out of memory"), std::string::npos);
    const auto odd = run_parallel(8, threads, cancel, [](std::size_t i) -> Result<void> {
      if (i == 5) throw std::runtime_error("odd");
      return {};
    });
    ASSERT_FALSE(odd.ok());
    EXPECT_NE(odd.error().message.find("odd"), std::string::npos);
  }
}

TEST(RunParallel, StartsNothingAfterAnError) {
  const CancelToken cancel;
  int runs = 0;
  const auto done = run_parallel(100, 1, cancel, [&](std::size_t i) -> Result<void> {
    ++runs;
    return i == 7 ? Result<void>(failed("job 7")) : Result<void>();
  });
  EXPECT_EQ(done.error().message, "job 7");
  EXPECT_EQ(runs, 8);
}

TEST(RunParallel, GivesTheErrorOfTheLowestJobNotOfTheFirst) {
  const CancelToken cancel;
  std::latch both_started(2);
  std::latch second_failed(1);
  const auto done = run_parallel(2, 2, cancel, [&](std::size_t i) -> Result<void> {
    both_started.arrive_and_wait();
    if (i == 0) second_failed.wait();
    if (i == 1) second_failed.count_down();
    return failed("job " + std::to_string(i));
  });
  EXPECT_EQ(done.error().message, "job 0");
}

TEST(RunParallel, StopsWhenCancelled) {
  CancelToken cancel;
  int runs = 0;
  const auto done = run_parallel(100, 1, cancel, [&](std::size_t i) -> Result<void> {
    ++runs;
    if (i == 4) cancel.cancel();
    return {};
  });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::interrupted);
  EXPECT_EQ(runs, 5);
}

TEST(RunParallel, StartsNothingWhenCancelledBefore) {
  CancelToken cancel;
  cancel.cancel();
  for (int threads : {1, 4}) {
    const auto done = run_parallel(10, threads, cancel, [](std::size_t) -> Result<void> {
      ADD_FAILURE() << "a job was started";
      return {};
    });
    EXPECT_EQ(done.error().code, Code::interrupted);
  }
}

TEST(RunParallel, IsNotInterruptedWhenAllJobsWereDone) {
  CancelToken cancel;
  const auto done = run_parallel(3, 1, cancel, [&](std::size_t i) -> Result<void> {
    if (i == 2) cancel.cancel();
    return {};
  });
  EXPECT_TRUE(done.ok());
}

TEST(RunParallel, AnErrorCountsMoreThanTheInterruption) {
  CancelToken cancel;
  const auto done = run_parallel(10, 1, cancel, [&](std::size_t) -> Result<void> {
    cancel.cancel();
    return failed("full disk");
  });
  EXPECT_EQ(done.error().message, "full disk");
}

TEST(ThreadCount, TakesWhatIsAskedElseAtLeastOne) {
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_GE(thread_count(0), 1);
}

TEST(ThreadCount, IsNoLargerThanWhatSlurmGaveTheJob) {
  const char* variable = "SLURM_CPUS_PER_TASK";
  ::unsetenv(variable);
  const int all = thread_count(0);
  for (const auto& [text, threads] : std::vector<std::pair<const char*, int>>{
           {"1", 1}, {"100000", all}, {"0", all}, {"-2", all}, {"two", all}, {"1x", all}, {"", all}}) {
    ::setenv(variable, text, 1);
    EXPECT_EQ(thread_count(0), threads) << text;
    EXPECT_EQ(thread_count(3), 3) << text;
  }
  ::unsetenv(variable);
}

}  // namespace
}  // namespace scotoma
