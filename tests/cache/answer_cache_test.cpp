// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/answer_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "fake/caches.h"
#include "fake/folder.h"
#include "scotoma/core/file.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

using fake::expect_refused;
using fake::opened;
using fake::run_sql;
using fake::test_image;

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

TEST(AnswerCache, APipeInPlaceOfTheDatabaseIsRefused) {
  const fake::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "cache.sqlite").c_str(), 0600), 0);
  expect_refused(folder.path(), "cache.sqlite");
}

}  // namespace
}  // namespace scotoma
