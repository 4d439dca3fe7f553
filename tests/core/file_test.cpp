// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "fake/folder.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Runs a check in a process of its own, whose limits it may change; true: all was as it should be.
template <class Check>
bool apart(const Check& check) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(check() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool says(const Error& error, Code code, std::initializer_list<std::string> words) {
  for (const std::string& word : words) {
    if (error.message.find(word) != std::string::npos) continue;
    ADD_FAILURE() << "'" << word << "' is not in: " << error.message;
    return false;
  }
  EXPECT_EQ(error.code, code) << error.message;
  return error.code == code;
}

TEST(File, GivesBackWhatWasWritten) {
  const fake::Folder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{200001}}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    ASSERT_TRUE(write_whole(folder / "file", bytes).ok());
    EXPECT_EQ(*read_plain_file(folder / "file"), bytes);
  }
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"file"});
}

TEST(File, ThatMustBeNewReplacesNothing) {
  const fake::Folder folder;
  ASSERT_TRUE(write_new(folder / "new", "first").ok());
  const auto again = write_new(folder / "new", "second");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::bad_input);
  EXPECT_EQ(*read_plain_file(folder / "new"), "first");
  fs::create_symlink(folder / "nothing", folder / "link");
  EXPECT_FALSE(write_new(folder / "link", "through the link").ok());
  EXPECT_FALSE(fs::exists(folder / "nothing"));
}

TEST(File, ThatIsNotThereIsSaidToBeSo) {
  const fake::Folder folder;
  says(read_plain_file(folder / "no").error(), Code::bad_input, {(folder / "no").string(), "not there"});
}

TEST(File, APipeASocketAFolderAndADeviceInItsPlaceAreNamedAndNotWaitedFor) {
  const fake::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  fs::create_directory(folder / "folder");
  says(read_plain_file(folder / "pipe").error(), Code::bad_input, {(folder / "pipe").string(), "a pipe"});
  says(read_plain_file(folder / "folder").error(), Code::bad_input, {"a folder"});
  says(read_plain_file("/dev/zero").error(), Code::bad_input, {"/dev/zero", "a device"});
  for (const char* name : {"pipe", "folder"}) {
    says(write_whole(folder / name, "text").error(), Code::bad_input, {(folder / name).string(), "not a file"});
    EXPECT_FALSE(fs::is_regular_file(folder / name)) << "something of a user's was replaced";
  }
}

TEST(File, RunningOutOfFileHandlesIsCalledSo) {
  const fake::Folder folder;
  const auto path = folder.write("file", "text");
  EXPECT_TRUE(apart([&] {
    const rlimit limit{3, 3};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return says(read_plain_file(path).error(), Code::failed, {path.string(), "Too many open files", "ulimit -n"}) &&
           says(write_whole(folder / "new", "text").error(), Code::failed, {"Too many open files", "ulimit -n"});
  }));
}

TEST(File, RunningOutOfMemoryIsCalledSo) {
  EXPECT_TRUE(ran_out(ENOMEM));
  EXPECT_NE(reason_of(ENOMEM).find("out of memory"), std::string::npos) << reason_of(ENOMEM);
  EXPECT_NE(reason_of(ENOMEM).find("--threads"), std::string::npos) << reason_of(ENOMEM);
}

TEST(File, AFullDiskLeavesTheOldFileAndNothingElse) {
  const fake::Folder folder;
  folder.write("a", "old a");
  folder.write("b", "old b");
  EXPECT_TRUE(apart([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string large(2000, 'x');
    return says(write_whole(folder / "a", large).error(), Code::failed, {(folder / "a").string(), "ulimit -f"}) &&
           says(Aside::write(folder / "b", large).error(), Code::failed, {(folder / "b").string()});
  }));
  EXPECT_EQ(text_of(folder / "a"), "old a");
  EXPECT_EQ(text_of(folder / "b"), "old b");
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"a", "b"}));
}

TEST(File, BehindALinkIsReplacedAndTheLinkStays) {
  const fake::Folder folder;
  folder.write("file", "old");
  fs::create_symlink("file", folder / "link");
  ASSERT_TRUE(write_whole(folder / "link", "new").ok());
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(text_of(folder / "file"), "new");
}

TEST(File, OfADeadProcessIsRemovedAndOneThatIsBeingWrittenIsLeft) {
  const fake::Folder folder;
  folder.write("bugs.json.123.0.part", "half");
  folder.write("bugs.json.123.part", "as older programs called it");
  folder.write("other.123.0.part", "half");
  folder.write("bugs.json.party", "a user's");
  fs::create_directory(folder / "bugs.json.d.part");
  auto writing = Aside::write(folder / "report.html", "whole");
  ASSERT_TRUE(writing.ok());
  ASSERT_TRUE(write_whole(folder / "bugs.json", "{}").ok());
  EXPECT_TRUE(fs::exists(folder / "other.123.0.part")) << "only those of the same file";
  remove_abandoned(folder.path());
  EXPECT_EQ(names_in(folder.path()).size(), 4U);
  ASSERT_TRUE(writing->place().ok());
  EXPECT_EQ(names_in(folder.path()),
            (std::vector<std::string>{"bugs.json", "bugs.json.d.part", "bugs.json.party", "report.html"}));
}

TEST(File, ThatWasNotPlacedIsRemoved) {
  const fake::Folder folder;
  { const auto aside = Aside::write(folder / "file", "text"); }
  EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(File, TooLongANameIsAnErrorThatNamesIt) {
  const fake::Folder folder;
  const std::string name(300, 'n');
  says(write_whole(folder / name, "").error(), Code::failed, {name, "cannot be written"});
}

TEST(File, OfAFolderWithASlashHasTheFoldersName) {
  EXPECT_EQ(without_slash("models/net/"), "models/net");
  EXPECT_EQ(without_slash("models/net"), "models/net");
  EXPECT_EQ(without_slash("net/"), "net");
  EXPECT_EQ(without_slash("/"), "/");
  EXPECT_EQ(without_slash(""), "");
}

TEST(FileState, ShowsEveryWriteWhateverTheTimesAreSetTo) {
  const fake::Folder folder;
  const auto file = folder.write("a", "one");
  const FileState before = FileState::of(file);
  EXPECT_EQ(FileState::of(file), before);
  const auto time = std::filesystem::last_write_time(file);
  ::usleep(20'000);  // times have the grain of the clock's tick
  folder.write("a", "two");
  std::filesystem::last_write_time(file, time);
  EXPECT_NE(FileState::of(file), before);
  std::filesystem::remove(file);
  EXPECT_NE(FileState::of(file), before);
  EXPECT_EQ(FileState::of(file), FileState::of(folder / "never"));
}

}  // namespace
}  // namespace scotoma
