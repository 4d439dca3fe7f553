// SPDX-License-Identifier: Apache-2.0
// A cache on a machine that runs out of something, or whose process is killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "fake/caches.h"
#include "fake/folder.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

using fake::exit_of;
using fake::forked;
using fake::opened;
using fake::test_image;

/// What a process finds that may open no further file: an exit code.
int without_handles(const fs::path& folder, const std::string& id) {
  const auto cache = AnswerCache::open(folder);
  if (!cache.ok()) return 2;
  const rlimit limit{3, 3};
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const auto says = [](const Error& error) {
    return error.code == Code::failed && error.message.find("Too many open files") != std::string::npos &&
           error.message.find("ulimit -n") != std::string::npos;
  };
  if (const auto there = (*cache)->has_image(id); there.ok() || !says(there.error())) return 3;
  if (const auto image = (*cache)->image(id); image.ok() || !says(image.error())) return 4;
  if (const auto put = (*cache)->put_image(test_image(2)); put.ok() || !says(put.error())) return 5;
  const auto again = AnswerCache::open(folder);
  return !again.ok() && says(again.error()) ? 0 : 6;
}

TEST(AnswerCache, RunningOutOfFileHandlesIsCalledSoAndNoImageIsTakenForLost) {
  const fake::Folder folder;
  const std::string id = *opened(folder.path())->put_image(test_image(1));
  const auto [child, end] = forked([&](int) { ::_exit(without_handles(folder.path(), id)); });
  const int status = exit_of(child);
  ::close(end);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(AnswerCache, AnotherRunsTransactionIsAFailureMidway) {
  const fake::Folder folder;
  auto cache = AnswerCache::open(folder.path(), std::chrono::milliseconds(0));
  ASSERT_TRUE(cache.ok());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "cache.sqlite").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const Answer answer{"q", "a"};
  const auto stored = (*cache)->store("f", {&answer, 1});
  ASSERT_FALSE(stored.ok());
  EXPECT_EQ(stored.error().code, Code::failed);
  EXPECT_NE(stored.error().message.find("another run"), std::string::npos) << stored.error().message;
  EXPECT_TRUE((*cache)->find("f", "q").ok()) << "reading goes on";
  EXPECT_EQ(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_TRUE((*cache)->store("f", {&answer, 1}).ok());
}

/// What a process finds when files may not grow beyond 512 KiB, which is how a full disk looks to it: an exit code.
int fill_up(const fs::path& folder) {
  const auto cache = AnswerCache::open(folder);
  if (!cache.ok()) return 2;
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{512 << 10, 512 << 10};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const auto image = (*cache)->put_image(test_image(1, 512));  // about 800 KB
  if (image.ok() || image.error().code != Code::failed) return 3;
  if (image.error().message.find("cannot be written") == std::string::npos) return 4;
  for (int i = 0; i < 1000; ++i) {
    const Answer answer{std::to_string(i), std::string(1000, 'v')};
    const auto stored = (*cache)->store("f", {&answer, 1});
    if (stored.ok()) continue;
    if (stored.error().code != Code::failed) return 5;
    if (stored.error().message.find("ulimit -f") == std::string::npos) {
      std::fprintf(stderr, "%s\n", stored.error().message.c_str());
      return 9;
    }
    // What was stored before is still there, and an image that fits can still be written.
    if (!(*cache)->find("f", std::to_string(i - 1)).ok()) return 6;
    return (*cache)->put_image(test_image(2)).ok() ? 0 : 7;
  }
  return 8;
}

TEST(AnswerCache, AFullDiskIsAnErrorAndLosesNothing) {
  const fake::Folder folder;
  const auto [child, end] = forked([&](int) { ::_exit(fill_up(folder.path())); });
  const int status = exit_of(child);
  ::close(end);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto cache = opened(folder.path());
  const auto count = *cache->count("f");
  EXPECT_GT(count, 10U);
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(cache->find("f", std::to_string(i))->has_value());
  EXPECT_TRUE(cache->image(image_id(test_image(2))).ok());
  EXPECT_FALSE(*cache->has_image(image_id(test_image(1, 512))));
  for (const auto& entry : fs::recursive_directory_iterator(folder / "images")) {
    EXPECT_NE(entry.path().extension(), ".part") << "left behind: " << entry.path();
  }
}

/// Writes images and then the rows that name them, and a byte into the pipe after each row; until it is killed.
void write_for_ever(const fs::path& folder, int pipe) {
  const auto cache = AnswerCache::open(folder);
  if (!cache.ok()) ::_exit(1);
  for (std::uint64_t i = 0;; ++i) {
    const auto id = (*cache)->put_image(test_image(i));
    if (!id.ok()) ::_exit(1);
    const Answer answer{std::to_string(i), *id};
    if (!(*cache)->store("f", {&answer, 1}).ok() || ::write(pipe, "x", 1) != 1) ::_exit(1);
  }
}

TEST(AnswerCache, KilledAtAnyMomentOpensAgainWithEveryRowsImageWhole) {
  Philox random(42);
  for (int trial = 0; trial < 20; ++trial) {
    const fake::Folder folder;
    const auto [child, end] = forked([&](int pipe) { write_for_ever(folder.path(), pipe); });
    std::uint64_t told = 0;
    const std::uint64_t enough = random.below(40);
    for (char byte = 0; told < enough && ::read(end, &byte, 1) == 1;) ++told;
    for (std::uint32_t spin = random.below(2000000); spin > 0; --spin)
      __asm__ volatile("");  // somewhere in the next row
    ::kill(child, SIGKILL);
    exit_of(child);
    ::close(end);
    ASSERT_EQ(told, enough);

    const auto cache = opened(folder.path());
    ASSERT_NE(cache, nullptr);
    const auto count = *cache->count("f");
    EXPECT_GE(count, told);
    for (std::size_t i = 0; i < count; ++i) {
      const auto id = cache->find("f", std::to_string(i));
      ASSERT_TRUE(id.ok() && id->has_value()) << "row " << i << " of " << count;
      const auto image = cache->image(**id);
      EXPECT_TRUE(image.ok()) << image.error().message;
    }
    // And it goes on where it was.
    EXPECT_TRUE(cache->put_image(test_image(count)).ok());
  }
}

}  // namespace
}  // namespace scotoma
