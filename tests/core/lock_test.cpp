// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "fake/folder.h"

namespace scotoma {
namespace {

TEST(FolderLock, KeepsASecondRunOutAndTellsWhoIsThere) {
  const fake::Folder folder;
  std::optional<FolderLock> first = std::move(FolderLock::take(folder.path(), "scotoma find a\nb.toml")).value();
  const auto second = FolderLock::take(folder.path(), "scotoma find other.toml");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::bad_input);
  const std::string& message = second.error().message;
  EXPECT_TRUE(message.starts_with(folder.path().string() + ": ")) << message;
  EXPECT_NE(message.find("`scotoma find a b.toml` is running (process " + std::to_string(::getpid()) + ")"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("--out"), std::string::npos) << message;
  first.reset();
  EXPECT_TRUE(FolderLock::take(folder.path(), "scotoma report a.toml").ok());
}

TEST(FolderLock, OfOtherFoldersIsFree) {
  const fake::Folder one;
  const fake::Folder two;
  const auto first = FolderLock::take(one.path(), "a");
  EXPECT_TRUE(FolderLock::take(two.path(), "b").ok());
}

TEST(FolderLock, WithoutItsWordsStillKeepsOthersOut) {
  const fake::Folder folder;
  const auto first = FolderLock::take(folder.path(), "a");
  for (const char* words : {"", "a", "a\n", "\n", "a\n12", "a\n12 elsewhere\n"}) {
    folder.write("scotoma.lock", words);
    const auto second = FolderLock::take(folder.path(), "b");
    ASSERT_FALSE(second.ok()) << words;
    EXPECT_EQ(second.error().code, Code::bad_input);
  }
}

TEST(FolderLock, OfAKilledRunIsFree) {
  const fake::Folder folder;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FolderLock::take(folder.path(), "scotoma find a.toml");
    static_cast<void>(!::write(ends[1], lock.ok() ? "y" : "n", 1));
    ::pause();
  }
  char taken = 0;
  ASSERT_EQ(::read(ends[0], &taken, 1), 1);
  EXPECT_EQ(taken, 'y');
  const auto refused = FolderLock::take(folder.path(), "b");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("process " + std::to_string(child)), std::string::npos);
  EXPECT_TRUE(FolderLock::take(folder.path(), "b").ok());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(FolderLock, InAFolderThatIsNotThereIsAnError) {
  const fake::Folder folder;
  const auto lock = FolderLock::take(folder / "no", "a");
  ASSERT_FALSE(lock.ok());
  EXPECT_NE(lock.error().message.find("scotoma.lock"), std::string::npos) << lock.error().message;
}

}  // namespace
}  // namespace scotoma
