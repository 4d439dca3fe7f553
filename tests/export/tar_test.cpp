// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/tar.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>

#include "e2e/program.h"
#include "export/read_tar.h"
#include "fake/folder.h"

namespace scotoma {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

std::string archive(const fake::Folder& folder, const Files& files) {
  auto tar = TarFile::create(folder / "a.tar");
  EXPECT_TRUE(tar.ok());
  for (const auto& [name, bytes] : files) EXPECT_TRUE(tar->add(name, bytes).ok());
  EXPECT_TRUE(tar->close().ok());
  const std::string written = e2e::read_file(folder / "a.tar");
  EXPECT_EQ(tar->size() + 1024, written.size());
  return written;
}

/// What the system's tar prints.
std::string tar_says(const std::string& arguments) {
  std::string said;
  std::FILE* pipe = ::popen(("tar " + arguments + " 2>&1").c_str(), "r");
  char block[4096];
  for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) said.append(block, n);
  EXPECT_EQ(::pclose(pipe), 0) << said;
  return said;
}

RC_GTEST_PROP(Tar, HoldsWhatWasAdded, (const std::vector<std::string>& contents)) {
  const fake::Folder folder;
  Files files;
  for (std::size_t i = 0; i < contents.size(); ++i) files.emplace_back(fmt::format("{}.bin", i), contents[i]);
  RC_ASSERT(read_tar(archive(folder, files)) == files);
}

TEST(Tar, BlocksAreFilledUpAtEveryLength) {
  const fake::Folder folder;
  for (const std::size_t length : {0UL, 1UL, 511UL, 512UL, 513UL, 1024UL, 100'000UL}) {
    const Files files = {{"a", std::string(length, 'x')}, {"b", "behind it"}};
    EXPECT_EQ(read_tar(archive(folder, files)), files) << length;
    EXPECT_EQ(TarFile::room(length), 512 + (length + 511) / 512 * 512);
  }
}

TEST(Tar, IsReadByTheSystemsTar) {
  const fake::Folder folder;
  const std::string longest(100, 'n');
  archive(folder, {{"one.txt", "1"}, {longest, std::string(3000, 'b')}, {"three.png", std::string("\0\1\2", 3)}});
  const std::string file = (folder / "a.tar").string();
  EXPECT_EQ(tar_says("-tf " + file), "one.txt\n" + longest + "\nthree.png\n");
  EXPECT_EQ(tar_says("-xOf " + file + " " + longest), std::string(3000, 'b'));
  EXPECT_NE(tar_says("--utc --full-time --numeric-owner -tvf " + file).find("-rw-r--r-- 0/0"), std::string::npos);
  EXPECT_NE(tar_says("--utc --full-time -tvf " + file).find("1970-01-01 00:00:00 one.txt"), std::string::npos)
      << "the clock is in the archive";
}

TEST(Tar, RefusesANameThatItCannotHold) {
  const fake::Folder folder;
  auto tar = TarFile::create(folder / "a.tar");
  ASSERT_TRUE(tar.ok());
  for (const std::string& name : {std::string(), std::string(101, 'n')}) EXPECT_FALSE(tar->add(name, "x").ok()) << name;
}

TEST(Tar, OnAFullDiskIsAnErrorThatNamesTheFile) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  auto tar = TarFile::create("/dev/full");
  ASSERT_TRUE(tar.ok());
  Result<void> done = tar->add("a", std::string(100'000, 'x'));
  if (done.ok()) done = tar->close();
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("/dev/full"), std::string::npos) << done.error().message;
  EXPECT_NE(done.error().message.find("No space left"), std::string::npos) << done.error().message;
}

}  // namespace
}  // namespace scotoma
