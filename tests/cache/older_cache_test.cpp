// SPDX-License-Identifier: Apache-2.0
// Caches that older programs wrote.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "fake/caches.h"
#include "fake/folder.h"
#include "fake/places.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

using fake::opened;
using fake::run_sql;
using fake::test_image;

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
