// SPDX-License-Identifier: Apache-2.0
// Memos that share a study's questions: each is asked once, by whom it belongs to, and the answers are those of one.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "fake/memo.h"
#include "scotoma/cache/merge.h"

namespace scotoma {
namespace {

using std::chrono::milliseconds;

class SharedMemo : public fake::MemoFixture {
 protected:
  Memo shard(AnswerCache& cache, std::size_t index, std::size_t count, std::optional<milliseconds> wait = {}) {
    return {models_, cache, cancel_, recorder_, {2, false, nullptr, Sharing{{index, count}, wait}}};
  }

  static void expect_the_same(const std::vector<Sample>& samples, const std::vector<Sample>& alone) {
    ASSERT_EQ(samples.size(), alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(samples[i].image, alone[i].image);
      EXPECT_EQ(samples[i].prediction, alone[i].prediction);
      EXPECT_EQ(samples[i].judgement, alone[i].judgement);
    }
  }
};

TEST_F(SharedMemo, AnswersAllThatIsItsOwnOfACallAndSaysHowMuchIsForOthers) {
  const auto asked = queries(9000);  // more than a memo holds at once
  std::size_t images = 0;
  for (std::size_t index = 1; index <= 3; ++index) {
    const fake::Folder folder;
    const auto cache = std::move(AnswerCache::open(folder.path())).value();
    world_.forget();
    Memo memo = shard(*cache, index, 3);
    const auto samples = memo.sample(asked);
    ASSERT_FALSE(samples.ok());
    EXPECT_EQ(samples.error().code, Code::waits);
    const std::size_t own = world_.answered("generator");
    EXPECT_EQ(world_.answered("classifier"), own) << "an image is asked about where it is generated";
    EXPECT_EQ(world_.answered("judge"), own);
    EXPECT_EQ(memo.left(), asked.size() - own);
    EXPECT_NEAR(static_cast<double>(own), 3000, 150);
    images += own;
  }
  EXPECT_EQ(images, asked.size());
}

TEST_F(SharedMemo, ShardsThatWereMergedHaveWhatOneAloneWouldHaveAndNothingWasAskedTwice) {
  const auto asked = queries(200);
  for (std::size_t index = 1; index <= 2; ++index) {
    const fake::Folder folder;
    const auto own = std::move(AnswerCache::open(folder.path())).value();
    ASSERT_FALSE(shard(*own, index, 2).sample(asked).ok());
    ASSERT_TRUE(merge_cache(*own, *cache_, OnConflict::refuse, cancel_).ok());
  }
  EXPECT_EQ(world_.answered("generator"), asked.size());
  const auto together = memo(1, true).sample(asked);
  ASSERT_TRUE(together.ok()) << together.error().message;
  EXPECT_TRUE(world_.asked_again().empty());
  const fake::Folder alone_folder;
  const auto alone = std::move(AnswerCache::open(alone_folder.path())).value();
  Memo one(models_, *alone, cancel_, recorder_, {});
  expect_the_same(*together, *one.sample(asked));
}

TEST_F(SharedMemo, ImagesAndAnswersOfACacheBehindAreUsedAndNotWritten) {
  const auto asked = queries(60);
  ASSERT_TRUE(memo().sample(asked).ok());
  cache_.reset();
  const fake::Folder own_folder;
  auto own = std::move(AnswerCache::open(own_folder.path())).value();
  own->read_also(std::move(AnswerCache::open_to_read(folder_.path())).value());
  world_.forget();
  Memo memo = shard(*own, 1, 1);
  const auto samples = memo.sample(asked);
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_EQ(world_.calls(), 0U);
  std::vector<std::string> ids;
  for (const Sample& sample : *samples) ids.push_back(sample.image);
  ASSERT_TRUE(memo.caption(ids).ok()) << "an image that only the cache behind has";
  EXPECT_EQ(*own->count(models_.captioner->fingerprint()), 60U);
  EXPECT_EQ(*own->count(models_.generator->fingerprint()), 0U);
  cache_ = std::move(AnswerCache::open(folder_.path())).value();
  EXPECT_EQ(*cache_->count(models_.captioner->fingerprint()), 0U);
}

TEST_F(SharedMemo, ThoseThatWriteIntoOneCacheWaitForEachOther) {
  const auto asked = queries(300);
  std::vector<std::vector<Sample>> together(3);
  std::vector<std::thread> workers;
  for (std::size_t index = 1; index <= together.size(); ++index) {
    workers.emplace_back([&, index] {  // with a connection of its own, as a process has it
      const auto cache = std::move(AnswerCache::open(folder_.path())).value();
      Silent silent;
      Memo memo(models_, *cache, cancel_, silent,
                {1, false, nullptr, Sharing{{index, together.size()}, std::chrono::minutes(5)}});
      if (auto samples = memo.sample(asked); samples.ok()) together[index - 1] = *std::move(samples);
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_TRUE(world_.asked_again().empty());
  EXPECT_EQ(world_.answered("generator"), asked.size());
  const auto alone = *memo().sample(asked);
  for (const auto& samples : together) expect_the_same(samples, alone);
}

TEST_F(SharedMemo, ThoseThatAreLeftShareOutWhatALostOneLeavesAndWaitForItOnce) {
  std::vector<std::vector<Sample>> together(2);
  std::vector<std::thread> workers;
  fake::Recorder recorders[2];
  for (std::size_t index = 1; index <= 2; ++index) {  // of three
    workers.emplace_back([&, index] {
      const auto cache = std::move(AnswerCache::open(folder_.path())).value();
      Memo memo(models_, *cache, cancel_, recorders[index - 1],
                {1, false, nullptr, Sharing{{index, 3}, milliseconds(300)}});
      for (const std::string thing : {"fly", "bee", "cat"}) {
        auto samples = memo.sample(queries(60, thing, 0, thing));
        if (!samples.ok()) return;
        for (Sample& sample : *samples) together[index - 1].push_back(std::move(sample));
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  std::vector<Sample> alone;
  for (const std::string thing : {"fly", "bee", "cat"}) {
    const auto samples = memo().sample(queries(60, thing, 0, thing));
    ASSERT_TRUE(samples.ok());
    alone.insert(alone.end(), samples->begin(), samples->end());
  }
  for (const auto& samples : together) expect_the_same(samples, alone);
}

TEST_F(SharedMemo, ARoundThatIsTooLargeIsLeftBeforeAnythingIsAsked) {
  Memo memo(models_, *cache_, cancel_, recorder_, {1, false, nullptr, Sharing{.largest_round = 50}});
  const auto small = memo.sample(queries(50));
  ASSERT_TRUE(small.ok()) << small.error().message;
  world_.forget();
  const auto large = memo.sample(queries(101));  // half of it is known
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code, Code::waits);
  EXPECT_NE(large.error().message.find("51 answers"), std::string::npos) << large.error().message;
  EXPECT_EQ(world_.calls(), 0U);
  EXPECT_TRUE(memo.sample(queries(100)).ok());
}

/// Another generator makes them, so that what it knows is what counts.
TEST_F(SharedMemo, ARoundOfDraftsIsMeasuredByDrafts) {
  fake::WorldSetting setting;
  setting.draft_error = 0;
  fake::World world(setting);
  auto models = world.models();
  auto drafts = queries(60);
  for (Query& query : drafts) query.draft = true;
  Memo all(models, *cache_, cancel_, recorder_, {1, false, nullptr, std::nullopt});
  ASSERT_TRUE(all.sample(drafts).ok());
  Memo none(models, *cache_, cancel_, recorder_, {1, false, nullptr, Sharing{.largest_round = 0}});
  EXPECT_TRUE(none.sample(drafts).ok()) << "all drafts are there";
  const auto full = none.sample(queries(60));
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Code::waits);
}

TEST_F(SharedMemo, WaitingEndsWhenItIsInterrupted) {
  Memo memo = shard(*cache_, 1, 2, std::chrono::hours(1));
  std::thread interrupt([&] {
    while (world_.answered("judge") < 10) std::this_thread::yield();
    cancel_.cancel();
  });
  const auto samples = memo.sample(queries(40));
  interrupt.join();
  ASSERT_FALSE(samples.ok());
  EXPECT_EQ(samples.error().code, Code::interrupted);
}

}  // namespace
}  // namespace scotoma
