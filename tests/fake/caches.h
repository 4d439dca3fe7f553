// SPDX-License-Identifier: Apache-2.0
// Caches on disk, and processes that work on them.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/philox.h"

namespace scotoma::fake {

inline std::unique_ptr<AnswerCache> opened(const std::filesystem::path& folder) {
  auto cache = AnswerCache::open(folder);
  EXPECT_TRUE(cache.ok()) << (cache.ok() ? "" : cache.error().message);
  return cache.ok() ? std::move(cache).value() : nullptr;
}

inline Image test_image(std::uint64_t seed, int side = 16) {
  Philox noise(seed);
  Image image{side, side, {}};
  for (int i = 0; i < side * side * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(noise.next()));
  return image;
}

inline void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

inline void expect_refused(const std::filesystem::path& folder, const std::string& says) {
  const auto cache = AnswerCache::open(folder);
  ASSERT_FALSE(cache.ok());
  EXPECT_EQ(cache.error().code, Code::bad_input);
  EXPECT_NE(cache.error().message.find(says), std::string::npos) << cache.error().message;
  EXPECT_NE(cache.error().message.find(folder.string()), std::string::npos) << cache.error().message;
}

/// Runs `work` in a process of its own, which gets the writing end of a pipe. Gives the process and the reading end.
template <class Work>
inline std::pair<pid_t, int> forked(const Work& work) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  return {child, ends[0]};
}

inline int exit_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace scotoma::fake
