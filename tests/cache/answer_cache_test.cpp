// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/answer_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/core/file.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<AnswerCache> opened(const fs::path& folder) {
  auto cache = AnswerCache::open(folder);
  EXPECT_TRUE(cache.ok()) << (cache.ok() ? "" : cache.error().message);
  return cache.ok() ? std::move(cache).value() : nullptr;
}

Image test_image(std::uint64_t seed, int side = 16) {
  Philox noise(seed);
  Image image{side, side, {}};
  for (int i = 0; i < side * side * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(noise.next()));
  return image;
}

void run_sql(const fs::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

void expect_refused(const fs::path& folder, const std::string& says) {
  const auto cache = AnswerCache::open(folder);
  ASSERT_FALSE(cache.ok());
  EXPECT_EQ(cache.error().code, Code::bad_input);
  EXPECT_NE(cache.error().message.find(says), std::string::npos) << cache.error().message;
  EXPECT_NE(cache.error().message.find(folder.string()), std::string::npos) << cache.error().message;
}

/// Runs `work` in a process of its own, which gets the writing end of a pipe. Gives the process and the reading end.
template <class Work>
std::pair<pid_t, int> forked(const Work& work) {
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

int exit_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

RC_GTEST_PROP(AnswerCache, BehavesLikeAMapThatNeverForgets, ()) {
  const fake::Folder folder;
  auto cache = opened(folder.path());
  std::map<std::pair<std::string, std::string>, std::string> model;
  const auto name =
      rc::gen::element<std::string>("", "a", "b", "a b", std::string("x\0y", 3), "\xc3\xa9", std::string(300, 'k'));
  const int steps = *rc::gen::inRange(1, 30);
  for (int step = 0; step < steps; ++step) {
    const std::string fingerprint = *name;
    switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        std::vector<Answer> answers;
        for (int i = *rc::gen::inRange(0, 5); i > 0; --i)
          answers.push_back({*name, *rc::gen::arbitrary<std::string>()});
        RC_ASSERT(cache->store(fingerprint, answers).ok());
        for (const auto& [input, value] : answers) model[{fingerprint, input}] = value;
        break;
      }
      case 1:
        cache.reset();
        cache = opened(folder.path());
        break;
      case 2: {
        const auto is_of = [&](const auto& entry) { return entry.first.first == fingerprint; };
        RC_ASSERT(*cache->count(fingerprint) ==
                  static_cast<std::size_t>(std::count_if(model.begin(), model.end(), is_of)));
        break;
      }
      default: {
        const std::string input = *name;
        const auto known = model.find({fingerprint, input});
        const auto found = cache->find(fingerprint, input);
        RC_ASSERT(found.ok());
        RC_ASSERT(found->has_value() == (known != model.end()));
        if (known != model.end()) RC_ASSERT(**found == known->second);
      }
    }
  }
}

RC_GTEST_PROP(AnswerCache, GivesImagesBack, ()) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const Image image = test_image(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(1, 20));
  const auto id = cache->put_image(image);
  RC_ASSERT(id.ok());
  RC_ASSERT(*id == image_id(image));
  RC_ASSERT(*cache->has_image(*id));
  RC_ASSERT(*cache->put_image(image) == *id);
  RC_ASSERT(*cache->image(*id) == image);
  RC_ASSERT(fs::exists(folder / AnswerCache::image_file(*id)));
}

TEST(AnswerCache, TwoRunsSeeEachOthersAnswers) {
  const fake::Folder folder;
  const auto one = opened(folder.path());
  const auto two = opened(folder.path());
  const Answer answer{"q", "a"};
  ASSERT_TRUE(one->store("f", {&answer, 1}).ok());
  EXPECT_EQ(**two->find("f", "q"), "a");
}

TEST(AnswerCache, RunsThatBeginAtTheSameMomentMakeItTogether) {
  for (int round = 0; round < 100; ++round) {
    const fake::Folder folder;
    std::vector<std::string> errors(6);
    std::vector<std::thread> runs;
    for (std::string& error : errors) {
      runs.emplace_back([&] {
        const auto opened = AnswerCache::open(folder.path() / "new");
        if (!opened.ok()) error = opened.error().message;
      });
    }
    for (std::thread& run : runs) run.join();
    EXPECT_EQ(errors, std::vector<std::string>(errors.size())) << "round " << round;
  }
}

TEST(AnswerCache, OfANewerVersionIsRefused) {
  const fake::Folder folder;
  opened(folder.path()).reset();
  run_sql(folder / "cache.sqlite", fmt::format("PRAGMA user_version={}", AnswerCache::kVersion + 1));
  expect_refused(folder.path(), "written by a newer Scotoma");
}

TEST(AnswerCache, OtherBytesAreRefused) {
  const fake::Folder folder;
  folder.write("cache.sqlite", std::string(5000, 'x'));
  expect_refused(folder.path(), "not a cache, or damaged");
}

TEST(AnswerCache, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  const fake::Folder folder;
  run_sql(folder / "cache.sqlite", "CREATE TABLE photos(id); INSERT INTO photos VALUES(1)");
  const auto size = fs::file_size(folder / "cache.sqlite");
  expect_refused(folder.path(), "not a cache of Scotoma");
  EXPECT_EQ(fs::file_size(folder / "cache.sqlite"), size);
}

TEST(AnswerCache, AFolderThatCannotBeMadeIsRefused) {
  const fake::Folder folder;
  folder.write("file", "");
  expect_refused(folder / "file/out", "cannot be written");
  expect_refused("/proc/scotoma", "cannot be written");  // read-only for root, too
}

TEST(AnswerCache, AFolderInPlaceOfTheDatabaseIsRefused) {
  const fake::Folder folder;
  fs::create_directories(folder / "cache.sqlite");
  expect_refused(folder.path(), "cache.sqlite");
}

TEST(AnswerCache, DamageInsideTheDatabaseIsAnErrorAndNoCrash) {
  const fake::Folder folder;
  std::vector<Answer> answers;
  for (int i = 0; i < 2000; ++i) answers.push_back({std::to_string(i), std::string(40, 'v')});
  ASSERT_TRUE(opened(folder.path())->store("f", answers).ok());
  const auto size = static_cast<std::streamoff>(fs::file_size(folder / "cache.sqlite"));
  std::fstream file(folder / "cache.sqlite", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096 + 8);
  file << std::string(static_cast<std::size_t>(size) - 5000, '\xee');
  file.close();
  const auto cache = AnswerCache::open(folder.path());
  if (!cache.ok()) {
    EXPECT_EQ(cache.error().code, Code::bad_input);
    return;
  }
  bool broken = false;
  for (const Answer& answer : answers) {
    const auto found = (*cache)->find("f", answer.input);
    if (found.ok()) continue;
    broken = true;
    EXPECT_EQ(found.error().code, Code::bad_input) << found.error().message;
  }
  EXPECT_TRUE(broken);
}

TEST(AnswerCache, AMissingImageIsAnErrorThatNamesItsFile) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  fs::remove(folder / AnswerCache::image_file(id));
  EXPECT_FALSE(*cache->has_image(id));
  const auto image = cache->image(id);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code, Code::failed);
  EXPECT_NE(image.error().message.find((folder / AnswerCache::image_file(id)).string()), std::string::npos);
}

TEST(AnswerCache, ADamagedImageIsAnErrorThatNamesItsFile) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const auto whole = *cache->image_bytes(id);
  const std::string half(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
  const auto exchanged = *encode_png(test_image(2));
  for (const std::string& bytes :
       {std::string(), std::string("no image"), half, std::string(exchanged.begin(), exchanged.end())}) {
    folder.write(AnswerCache::image_file(id).string(), bytes);
    const auto image = cache->image(id);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code, Code::failed);
    EXPECT_NE(image.error().message.find(AnswerCache::image_file(id).string()), std::string::npos);
    EXPECT_FALSE(*cache->has_image(id)) << "it would stop every later run";
    ASSERT_TRUE(cache->put_image(test_image(1)).ok());
    EXPECT_TRUE(cache->image(id).ok());
  }
}

TEST(AnswerCache, AnImageThatAPowerCutLeftEmptyOrInZerosIsGeneratedAnew) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const auto whole = *cache->image_bytes(id);
  std::string zeros(whole.begin(), whole.end());
  std::fill(zeros.begin() + 100, zeros.end(), '\0');
  for (const std::string& bytes : {std::string(), std::string("\x89PNG"), zeros}) {
    folder.write(AnswerCache::image_file(id).string(), bytes);
    EXPECT_FALSE(*cache->has_image(id));
    EXPECT_EQ(*cache->put_image(test_image(1)), id);
    EXPECT_EQ(*cache->image(id), test_image(1));
  }
}

TEST(AnswerCache, ImagesThatAKilledRunLeftHalfWrittenAreRemovedAndOnesBeingWrittenAreLeft) {
  const fake::Folder folder;
  opened(folder.path())->put_image(test_image(1)).value();
  const auto left = folder.write("images/.part/abcd.png.1.0.part", "half");
  const auto aside = folder.write("cache.sqlite.1.part", "half");
  auto writing = Aside::write(folder / "images/.part/abce.png", "half");
  ASSERT_TRUE(writing.ok());
  const auto cache = opened(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(aside));
  EXPECT_TRUE(writing->place().ok()) << "it was taken from a run under way";
  EXPECT_TRUE(cache->image(image_id(test_image(1))).ok());
}

TEST(AnswerCache, WhatAnOlderProgramLeftHalfWrittenAmongTheImagesIsRemoved) {
  const fake::Folder folder;
  const auto left = folder.write("images/ab/abcd.1.0.part", "half");
  const auto above = folder.write("images/abcd.png.1.0.part", "half");
  opened(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(above));
}

TEST(AnswerCache, OpeningLooksAtNoFolderOfImages) {
  const fake::Folder folder;
  opened(folder.path())->put_image(test_image(1)).value();
  const auto among_images = folder.write("images/ab/abcd.1.0.part", "half");  // would be removed by one who looks
  opened(folder.path());
  EXPECT_TRUE(fs::exists(among_images));
}

/// Puts at a path what is no plain file.
void put_other(const std::string& what, const fs::path& path) {
  fs::remove(path);
  if (what == "pipe") ::mkfifo(path.c_str(), 0600);
  if (what == "folder") fs::create_directory(path);
  if (what == "device") fs::create_symlink("/dev/zero", path);
  if (what == "lost link") fs::create_symlink("nowhere/at all", path);
  if (what == "link to itself") fs::create_symlink(path, path);
  if (what != "socket") return;
  const int name = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const fs::path near = path.parent_path() / "socket";  // the name of an image is too long for bind
  std::strncpy(address.sun_path, near.c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(::bind(name, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(name);
  fs::rename(near, path);
}

TEST(AnswerCache, WhatIsNoFileInAnImagesPlaceIsReplacedAsADamagedOneIs) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const fs::path path = folder / AnswerCache::image_file(id);
  for (const std::string what : {"pipe", "folder", "device", "socket", "lost link", "link to itself"}) {
    SCOPED_TRACE(what);
    put_other(what, path);
    const auto image = cache->image(id);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code, Code::failed);
    EXPECT_NE(image.error().message.find(path.string() + ": "), std::string::npos) << image.error().message;
    EXPECT_NE(image.error().message.find("run the study again"), std::string::npos) << image.error().message;
    fs::remove(path);
    put_other(what, path);
    EXPECT_FALSE(*cache->has_image(id));
    EXPECT_EQ(*cache->put_image(test_image(1)), id);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path)));
    EXPECT_EQ(*cache->image(id), test_image(1));
  }
  EXPECT_TRUE(fs::is_character_file("/dev/zero")) << "what a link leads to is not ours";
}

TEST(AnswerCache, AFullFolderInAnImagesPlaceStaysAndTheErrorSaysWhatToRemove) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const fs::path path = folder / AnswerCache::image_file(id);
  const auto expect_told = [&](const Error& error, const fs::path& place) {
    EXPECT_EQ(error.code, Code::bad_input);
    EXPECT_NE(error.message.find(place.string() + ": "), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("remove it"), std::string::npos) << error.message;
  };
  fs::remove(path);
  const auto kept = folder.write(AnswerCache::image_file(id) / "notes.txt", "a user's");
  expect_told(cache->has_image(id).error(), path);
  expect_told(cache->image(id).error(), path);
  expect_told(cache->image_bytes(id).error(), path);
  expect_told(cache->put_image(test_image(1)).error(), path);
  EXPECT_TRUE(fs::exists(kept));
  fs::remove_all(path.parent_path());
  const auto file = folder.write(AnswerCache::image_file(id).parent_path().string(), "a file in the folder's place");
  EXPECT_FALSE(*cache->has_image(id));
  expect_told(cache->put_image(test_image(1)).error(), path.parent_path());
  EXPECT_TRUE(fs::exists(file));
}

TEST(AnswerCache, APipeInPlaceOfTheDatabaseIsRefused) {
  const fake::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "cache.sqlite").c_str(), 0600), 0);
  expect_refused(folder.path(), "cache.sqlite");
}

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

TEST(AnswerCache, OfVersion1IsReadForEver) {
  const fs::path frozen = kCases / "cache/version1";
  const fake::Folder folder;
  fs::copy(frozen, folder.path(), fs::copy_options::recursive);
  const auto cache = opened(folder.path());
  ASSERT_NE(cache, nullptr);
  EXPECT_EQ(**cache->find("generator-1", "a draw"), image_id(test_image(1)));
  EXPECT_EQ(**cache->find("captioner-1", image_id(test_image(1))), "a photo of a fly on a flower");
  EXPECT_EQ(*cache->image(image_id(test_image(1))), test_image(1));
}

/// A cache as programs of format 1 wrote it, with a person's answer.
void write_version_1(const fs::path& folder) {
  run_sql(folder / "cache.sqlite",
          "CREATE TABLE answers(fingerprint TEXT NOT NULL, input TEXT NOT NULL, value BLOB NOT NULL,"
          "  PRIMARY KEY(fingerprint, input)) WITHOUT ROWID; PRAGMA application_id=1399025524; PRAGMA user_version=1;"
          "INSERT INTO answers VALUES('f', 'q', 'a'), ('f', 'r', 'b'), ('person', 'abc fly', 'yes')");
}

TEST(AnswerCache, OfVersion1GetsChecksumsWhenItIsOpened) {
  const fake::Folder folder;
  write_version_1(folder.path());
  opened(folder.path()).reset();
  run_sql(folder / "cache.sqlite", "UPDATE answers SET value='c' WHERE input='q'");
  const auto cache = opened(folder.path());
  EXPECT_FALSE(cache->find("f", "q")->has_value()) << "a changed value was believed";
  EXPECT_EQ(**cache->find("f", "r"), "b");
  const auto persons = cache->persons();
  ASSERT_TRUE(persons.ok()) << persons.error().message;
  EXPECT_EQ(persons->front().input, "abc fly");
}

TEST(AnswerCache, OfVersion1ThatSeveralRunsOpenAtOnceIsReadByAll) {
  for (int round = 0; round < 20; ++round) {
    const fake::Folder folder;
    write_version_1(folder.path());
    std::vector<std::string> said(4);
    std::vector<std::thread> runs;
    for (std::string& what : said) {
      runs.emplace_back([&] {
        const auto cache = AnswerCache::open(folder.path());
        what = cache.ok() ? (*cache)->find("f", "q")->value_or("lost") : cache.error().message;
      });
    }
    for (std::thread& run : runs) run.join();
    EXPECT_EQ(said, std::vector<std::string>(said.size(), "a"));
  }
}

TEST(AnswerCache, ARowThatAProgramOfVersion1AddedIsAskedAnew) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  run_sql(folder / "cache.sqlite", "INSERT INTO answers(fingerprint, input, value) VALUES('f', 'q', 'a')");
  EXPECT_FALSE(cache->find("f", "q")->has_value());
  const Answer answer{"q", "a"};
  ASSERT_TRUE(cache->store("f", {&answer, 1}).ok());
  EXPECT_EQ(**cache->find("f", "q"), "a");
}

TEST(AnswerCache, OfAnOlderProgramsNameIsOpenedUnderIt) {
  const fake::Folder folder;
  {
    auto cache = AnswerCache::open(folder.path());
    ASSERT_TRUE(cache.ok()) << cache.error().message;
    ASSERT_TRUE((*cache)->store("model", std::vector<Answer>{{"q", "a"}}).ok());
  }
  fs::rename(folder / "cache.sqlite", folder / "catalogue.sqlite");
  auto cache = AnswerCache::open(folder.path());
  ASSERT_TRUE(cache.ok()) << cache.error().message;
  EXPECT_EQ((*cache)->find("model", "q").value(), "a");
  EXPECT_FALSE(fs::exists(folder / "cache.sqlite"));
}

}  // namespace
}  // namespace scotoma
