// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/merge.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake/caches.h"
#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/cache/reviews.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

using fake::opened;
using fake::run_sql;
using fake::test_image;

/// All that a cache says: whole rows, and those images of theirs that it has whole.
struct Contents {
  std::map<std::pair<std::string, std::string>, std::string> rows;
  std::set<std::string> images;
  bool operator==(const Contents&) const = default;
};

Contents contents_of(const AnswerCache& cache) {
  Contents all;
  std::vector<std::string> values;
  EXPECT_TRUE(cache
                  .each([&](const std::string& fingerprint, const Answer& row, bool whole) -> Result<void> {
                    if (whole) all.rows[{fingerprint, row.input}] = row.value;
                    if (whole) values.push_back(row.value);
                    return {};
                  })
                  .ok());
  for (const std::string& value : values) {
    if (value.size() == 64 && cache.image(value).ok()) all.images.insert(value);
  }
  return all;
}

void put(AnswerCache& cache, const std::string& fingerprint, const std::string& input, const std::string& value) {
  const std::vector<Answer> rows = {{input, value}};
  ASSERT_TRUE(cache.store(fingerprint, rows).ok());
}

std::string put_image(AnswerCache& cache, const std::string& input, std::uint64_t image) {
  const std::string id = *cache.put_image(test_image(image));
  put(cache, "generator", input, id);
  return id;
}

Result<Merged> merged(const fs::path& from, AnswerCache& into, OnConflict on_conflict = OnConflict::refuse) {
  const CancelToken never;
  SCOTOMA_ASSIGN_OR_RETURN(const auto cache, AnswerCache::open_to_read(from));
  return merge_cache(*cache, into, on_conflict, never);
}

/// Part of a world in which every question has one answer: what it knows is a set of numbers.
void fill(AnswerCache& cache, const std::set<int>& known) {
  for (const int i : known) {
    const std::string input = "question " + std::to_string(i);
    switch (i % 3) {
      case 0:
        put_image(cache, input, static_cast<std::uint64_t>(i));
        break;
      case 1:
        put(cache, "model " + std::to_string(i % 2), input, std::string(static_cast<std::size_t>(i % 7), '\0'));
        break;
      default:
        ASSERT_TRUE(store_reviews(cache, {{input, i % 2 == 0}}).ok());
    }
  }
}

class MergeOf {
 public:
  explicit MergeOf(const std::vector<std::set<int>>& parts) {
    for (const std::set<int>& part : parts) {
      folders_.push_back(std::make_unique<fake::Folder>());
      fill(*opened(folders_.back()->path()), part);
    }
  }
  /// In this order, each merged `times`.
  Contents in_order(const std::vector<std::size_t>& order, int times = 1) const {
    const fake::Folder folder;
    const auto into = opened(folder.path());
    for (const std::size_t part : order) {
      for (int i = 0; i < times; ++i) {
        const auto done = merged(folders_[part]->path(), *into);
        EXPECT_TRUE(done.ok()) << done.error().message;
        EXPECT_TRUE(i == 0 || (done.ok() && done->nothing_new()));
      }
    }
    EXPECT_TRUE(into->persons().ok());
    return contents_of(*into);
  }

 private:
  std::vector<std::unique_ptr<fake::Folder>> folders_;
};

RC_GTEST_PROP(Merge, GivesTheSameInAnyOrderHoweverOftenAndWhatOneCacheOfAllWouldHold, ()) {
  std::vector<std::set<int>> parts;
  for (int i = 0; i < 3; ++i) {
    const auto some = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 24));
    parts.emplace_back(some.begin(), some.end());
  }
  const MergeOf merge(parts);
  std::set<int> all;
  for (const auto& some : parts) all.insert(some.begin(), some.end());
  const fake::Folder folder;
  const auto one = opened(folder.path());
  fill(*one, all);
  const Contents whole = contents_of(*one);
  RC_ASSERT(merge.in_order({0, 1, 2}) == whole);
  RC_ASSERT(merge.in_order({2, 0, 1}) == whole);
  RC_ASSERT(merge.in_order({1, 2, 0, 1}, 2) == whole);
}

class MergeTest : public testing::Test {
 protected:
  fake::Folder from_folder_;
  fake::Folder into_folder_;
  std::unique_ptr<AnswerCache> from_ = opened(from_folder_.path());
  std::unique_ptr<AnswerCache> into_ = opened(into_folder_.path());

  Result<Merged> merge(OnConflict on_conflict = OnConflict::refuse) {
    from_.reset();
    return merged(from_folder_.path(), *into_, on_conflict);
  }
};

TEST_F(MergeTest, ConflictsAreRefusedBeforeAnythingIsWrittenOrDecidedByTheUser) {
  put(*from_, "classifier", "a", "theirs");
  put(*from_, "a model before", "b", "new");
  put(*into_, "classifier", "a", "ours");
  const Contents before = contents_of(*into_);
  const auto refused = merge();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::bad_input);
  EXPECT_NE(refused.error().message.find("1 question "), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("'a' of classifier"), std::string::npos) << refused.error().message;
  EXPECT_EQ(contents_of(*into_), before);
  EXPECT_EQ(*merge(OnConflict::keep), (Merged{.added = 1, .kept = 1}));
  EXPECT_EQ(**into_->find("classifier", "a"), "ours");
  EXPECT_EQ(*merge(OnConflict::replace), (Merged{.known = 1, .replaced = 1}));
  EXPECT_EQ(**into_->find("classifier", "a"), "theirs");
  EXPECT_TRUE(merge()->nothing_new());
}

TEST_F(MergeTest, TwoImagesOfOneQuestionAreAConflictUnlessOneOfThemIsLost) {
  const std::string theirs = put_image(*from_, "q", 1);
  const std::string ours = put_image(*into_, "q", 2);
  EXPECT_FALSE(merge().ok());
  fs::remove(into_folder_ / ImageFolder::image_file(ours));
  EXPECT_EQ(*merge(), (Merged{.images = 1}));
  EXPECT_EQ(**into_->find("generator", "q"), theirs);
  EXPECT_TRUE(into_->image(theirs).ok());
}

TEST_F(MergeTest, RowsThatAreDamagedOrWhoseImageIsGoneAreLeftOutAndCounted) {
  put(*from_, "classifier", "whole", "1");
  put(*from_, "classifier", "damaged", "2");
  const std::string gone = put_image(*from_, "gone", 1);
  put_image(*from_, "there", 2);
  const std::string cut = put_image(*from_, "cut", 3);
  from_.reset();
  run_sql(from_folder_ / "cache.sqlite", "UPDATE answers SET value='3' WHERE input='damaged'");
  fs::remove(from_folder_ / ImageFolder::image_file(gone));
  fs::resize_file(from_folder_ / ImageFolder::image_file(cut), 100);
  EXPECT_EQ(*merge(), (Merged{.added = 1, .images = 1, .damaged = 1, .without_image = 2}));
  EXPECT_FALSE((*into_->find("classifier", "damaged")).has_value());
  EXPECT_FALSE((*into_->find("generator", "gone")).has_value());
}

TEST_F(MergeTest, ARowWhoseImageIsHereAlreadyIsTaken) {
  const std::string id = put_image(*from_, "q", 1);
  fs::remove(from_folder_ / ImageFolder::image_file(id));
  ASSERT_TRUE(into_->put_image(test_image(1)).ok());
  EXPECT_EQ(merge()->images, 1U);
}

TEST_F(MergeTest, AnImageThatIsDamagedHereIsReplaced) {
  const std::string id = put_image(*from_, "q", 1);
  put_image(*into_, "q", 1);
  fs::resize_file(into_folder_ / ImageFolder::image_file(id), 100);
  EXPECT_EQ(merge()->images, 1U);
  EXPECT_EQ(*into_->image(id), test_image(1));
}

TEST_F(MergeTest, APersonsAnswersComeTogetherAndTheirTallyHolds) {
  ASSERT_TRUE(store_reviews(*from_, {{"a fly", true}, {"b fly", false}}).ok());
  ASSERT_TRUE(store_reviews(*into_, {{"b fly", false}, {"c fly", true}}).ok());
  EXPECT_EQ(*merge(), (Merged{.persons = 1, .known = 1}));
  EXPECT_EQ(*read_reviews(*into_), (Reviews{{"a fly", true}, {"b fly", false}, {"c fly", true}}));
}

TEST_F(MergeTest, APersonsAnswerIsReplacedByAnotherOnlyWhereTheUserSaysSo) {
  ASSERT_TRUE(store_reviews(*from_, {{"a fly", true}}).ok());
  ASSERT_TRUE(store_reviews(*into_, {{"a fly", false}}).ok());
  const auto refused = merge();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("1 of them a person's"), std::string::npos) << refused.error().message;
  EXPECT_EQ(merge(OnConflict::keep)->kept, 1U);
  EXPECT_EQ(*read_reviews(*into_), (Reviews{{"a fly", false}}));
  EXPECT_EQ(merge(OnConflict::replace)->replaced, 1U);
  EXPECT_EQ(*read_reviews(*into_), (Reviews{{"a fly", true}}));
}

TEST_F(MergeTest, APersonsAnswersThatAreLostAreToldOfBothCaches) {
  ASSERT_TRUE(store_reviews(*from_, {{"a fly", true}, {"b fly", false}}).ok());
  ASSERT_TRUE(store_reviews(*into_, {{"c fly", true}, {"d fly", true}}).ok());
  from_.reset();
  run_sql(from_folder_ / "cache.sqlite", "DELETE FROM answers WHERE input='a fly'");
  run_sql(into_folder_ / "cache.sqlite", "DELETE FROM answers WHERE input='d fly'");
  const auto first = merge();
  ASSERT_FALSE(first.ok()) << "a new tally would have hidden what is lost here";
  EXPECT_EQ(first.error().code, Code::failed);
  EXPECT_EQ(*merge(), (Merged{.persons = 1, .persons_lost = true}));
  EXPECT_EQ(*read_reviews(*into_), (Reviews{{"b fly", false}, {"c fly", true}}));
}

TEST_F(MergeTest, WhatRunsRememberIsTakenOnlyWhereThereIsNone) {
  for (const char* kind : {AnswerCache::kSpeed, AnswerCache::kModels}) {
    put(*from_, kind, "here", "theirs");
    put(*from_, kind, "new", "theirs");
    put(*into_, kind, "here", "ours");
  }
  EXPECT_TRUE(merge()->nothing_new());
  EXPECT_EQ(**into_->find(AnswerCache::kSpeed, "here"), "ours");
  EXPECT_EQ(**into_->find(AnswerCache::kModels, "new"), "theirs");
}

TEST_F(MergeTest, ACacheOfVersion1IsMerged) {
  const fake::Folder old;
  fs::copy(kCases / "cache/version1", old.path(), fs::copy_options::recursive);
  const auto done = merged(old.path(), *into_);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_GT(done->images, 0U);
  EXPECT_EQ(*into_->image(image_id(test_image(1))), test_image(1));
}

TEST_F(MergeTest, WhatAKilledWriterLeftInItsLogIsMerged) {
  from_.reset();  // the last that closes a cache puts its log into place
  const auto [child, end] = fake::forked([&](int) {
    const auto cache = AnswerCache::open(from_folder_.path());
    put(**cache, "classifier", "a", "1");
    ::raise(SIGKILL);
  });
  ::close(end);
  ASSERT_TRUE(WIFSIGNALED(fake::exit_of(child)));
  ASSERT_TRUE(AnswerCache::has_log(from_folder_.path()));
  EXPECT_EQ(merge()->added, 1U);
}

TEST_F(MergeTest, ReadingMakesNoFileBesideTheCacheWhateverItsFolderIsCalled) {
  const fs::path odd = from_folder_ / "50% of #1? yes";
  {
    const auto cache = opened(odd);
    put(*cache, "classifier", "a", "1");
  }
  const auto cache = AnswerCache::open_to_read(odd);
  ASSERT_TRUE(cache.ok()) << cache.error().message;
  EXPECT_EQ(**(*cache)->find("classifier", "a"), "1");
  for (const auto& entry : fs::directory_iterator(odd)) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(name == "cache.sqlite" || name == "images") << name;
  }
  const std::vector<Answer> rows = {{"b", "2"}};
  EXPECT_FALSE((*cache)->store("classifier", rows).ok());
}

TEST_F(MergeTest, WhereNoCacheIsNoneIsMade) {
  const fake::Folder empty;
  const auto none = AnswerCache::open_to_read(empty.path());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::bad_input);
  EXPECT_TRUE(fs::is_empty(empty.path()));
}

TEST_F(MergeTest, KilledAtAnyTimeItLosesNothingAndTheNextOneEndsIt) {
  std::set<int> many;
  for (int i = 0; i < 3000; ++i) many.insert(i);
  std::vector<Answer> rows;
  for (const int i : many) rows.push_back({"question " + std::to_string(i), std::to_string(i)});
  ASSERT_TRUE(from_->store("classifier", rows).ok());
  for (std::uint64_t i = 0; i < 150; ++i) put_image(*from_, "image " + std::to_string(i), i);
  put(*into_, "classifier", "ours", "stays");
  const Contents source = contents_of(*from_);
  from_.reset();
  into_.reset();
  int killed = 0;
  for (int i = 0; i < 12; ++i) {
    const auto [child, end] = fake::forked([&](int) {
      const auto into = AnswerCache::open(into_folder_.path());
      if (into.ok()) static_cast<void>(merged(from_folder_.path(), **into).ok());
    });
    ::close(end);
    std::this_thread::sleep_for(std::chrono::microseconds(500 << (i % 6)));
    ::kill(child, SIGKILL);
    killed += WIFSIGNALED(fake::exit_of(child)) ? 1 : 0;
    into_ = opened(into_folder_.path());
    const Contents now = contents_of(*into_);
    for (const auto& [key, value] : now.rows) {
      EXPECT_TRUE(key.first != "generator" || into_->image(value).ok()) << key.second;
    }
    EXPECT_EQ(**into_->find("classifier", "ours"), "stays");
    into_.reset();
  }
  EXPECT_GT(killed, 0);
  into_ = opened(into_folder_.path());
  ASSERT_TRUE(merge().ok());
  Contents whole = contents_of(*into_);
  whole.rows.erase({"classifier", "ours"});
  EXPECT_EQ(whole, source);
}

}  // namespace
}  // namespace scotoma
